import { PipelineError } from './errors.ts';
import type { FittedSensor } from './fit-sensor.ts';
import type { StreamReport } from './stream-report.ts';

/**
 * Events outside the sensor are left out; where most are, the sensor is another than was said.
 *
 * @param enough fewer events say nothing.
 * @throws PipelineError `MOSTLY_OUTSIDE`
 */
export function requireMostlyInside(
  fit: FittedSensor,
  {
    binned,
    saturated,
    outside: left,
    filters,
  }: Pick<StreamReport, 'binned' | 'saturated' | 'outside' | 'filters'>,
  enough: number,
): void {
  // Behind the first filter there are only events of the sensor.
  const [first] = filters;
  if (first === undefined && fit.change === 'cropped') return;
  const outside = first === undefined ? left : (first.removed['outside-sensor'] ?? 0);
  const total = first?.events ?? binned + saturated + left;
  if (total < enough || 2 * outside <= total) return;
  const { width, height } = fit.recorded;
  const said =
    fit.known === 'stated' ? 'was stated' : 'the frames are made for, as the recording states none';
  throw new PipelineError(
    'MOSTLY_OUTSIDE',
    `${outside} of ${total} events lie outside the sensor of ${width}x${height} pixels that ${said}. State the recording's own size as geometry (--geometry WxH), or allow it (--allow-outside).`,
  );
}
