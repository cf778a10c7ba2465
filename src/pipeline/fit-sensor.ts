/** Fits a recording's sensor to the one that frames are made for. */
import { orientationOf, sameSensor, sensorName, type SensorGeometry } from '../events/index.ts';
import { FilterError, sensorBehind, type FilterSpec } from '../filters/index.ts';
import { turnedSize, type FrameRule, type PixelMapOptions } from '../frames/index.ts';
import { PipelineError } from './errors.ts';

/** What {@link fitSensor} found. */
export interface FittedSensor extends PixelMapOptions {
  /** The sensor whose events come out of the rule's filters. */
  readonly sensor: SensorGeometry;
  /** The recording's sensor, and who says so: nobody (`assumed`) where it is the rule's own for want of another. */
  readonly recorded: SensorGeometry;
  readonly known: 'stated' | 'assumed';
  /** The sensor that frames are made for, behind the filters. */
  readonly wanted: SensorGeometry;
  /** What was done to a recording of another sensor; `null` where it is the rule's own. */
  readonly change: 'resized' | 'cropped' | null;
}

/**
 * Applies the rule.
 *
 * @param stated size of the recording's sensor, `null` where nobody states it: it is then taken for the rule's own.
 * @param output size of the frames. Default: that of the sensor that the rule names, or of the recording's.
 * @throws PipelineError `OTHER_SENSOR` (also where a filter cannot work on the sensor), `SMALLER_SENSOR`, or with `MOSTLY_OUTSIDE` where no size is known at all.
 */
export function fitSensor(
  { sensor: wanted, fit, convention, filters }: FrameRule,
  stated: SensorGeometry | null,
  output?: SensorGeometry,
): FittedSensor {
  const recorded = stated ?? wanted;
  if (recorded === null) {
    throw new PipelineError(
      'OTHER_SENSOR',
      'The recording does not state the size of its sensor, and nobody else does: give it as geometry (--geometry WxH).',
    );
  }
  const orientation = orientationOf(convention);
  const sensor = filteredSensor(filters, recorded);
  const goal = wanted === null ? sensor : filteredSensor(filters, wanted);
  const other = !sameSensor(goal, sensor);
  const size = output ?? turnedSize(goal, orientation);
  const known = stated ? 'stated' : 'assumed';
  const common = { sensor, recorded, wanted: goal, output: size, orientation, known } as const;
  if (other && fit === 'refuse') {
    throw new PipelineError(
      'OTHER_SENSOR',
      `The recording is of ${sensorName(sensor)} pixels, wanted are ${sensorName(goal)}. Scale it (fit "resize") or cut out its middle (fit "crop").`,
    );
  }
  const fitted: FittedSensor =
    other && fit === 'crop'
      ? {
          ...common,
          part: middle(turnedSize(sensor, orientation), turnedSize(goal, orientation)),
          change: 'cropped',
        }
      : { ...common, change: other ? 'resized' : null };
  const shown = fitted.part ?? turnedSize(sensor, orientation);
  if (size.width > shown.width || size.height > shown.height) {
    throw new PipelineError(
      'SMALLER_SENSOR',
      `The recording is of ${sensorName(sensor)} pixels, fewer than the frames of ${sensorName(size)}: it cannot be enlarged. Fit "crop" puts it into the middle of ${sensorName(goal)}.`,
    );
  }
  return fitted;
}

/** What comes out of the filters. */
function filteredSensor(filters: readonly FilterSpec[], sensor: SensorGeometry): SensorGeometry {
  try {
    return sensorBehind(filters, sensor);
  } catch (cause) {
    if (!(cause instanceof FilterError)) throw cause;
    throw new PipelineError('OTHER_SENSOR', cause.message, { cause });
  }
}

/** Where a part of some size lies in the middle; a larger one reaches over the border on all sides. */
function middle(whole: SensorGeometry, part: SensorGeometry): NonNullable<PixelMapOptions['part']> {
  return {
    x: Math.floor((whole.width - part.width) / 2),
    y: Math.floor((whole.height - part.height) / 2),
    width: part.width,
    height: part.height,
  };
}
