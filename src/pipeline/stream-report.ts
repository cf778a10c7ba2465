/** The account of a stream: what became of its events. */
import { sensorName, type ClockReport, type SensorGeometry } from '../events/index.ts';
import type { SliceReport } from '../frames/index.ts';

/** How the recording's sensor was fitted. */
export interface FitReport {
  /** The recording's sensor. */
  readonly sensor: SensorGeometry;
  /** `assumed`: nobody states it, so it is taken for the one that frames are made for. */
  readonly known: 'stated' | 'assumed';
  readonly change: 'resized' | 'cropped' | null;
  /** The sensor that frames are made for. */
  readonly wanted: SensorGeometry;
}

/**
 * Counts are of events. At the end, `events` is what whole windows hold, with `saturated` and `outside`, and
 * `lateEvents`, `remainderEvents` and `outliers` together; time steps of a window that never became whole are in
 * `binned` and in `remainderEvents`.
 */
export interface StreamReport extends SliceReport, ClockReport {
  /** Events that came. */
  readonly events: number;
  /** Counted in frames. */
  readonly binned: number;
  /** Lost because a count was at its maximum. */
  readonly saturated: number;
  /** Outside the sensor, or the part of it that was cut out. */
  readonly outside: number;
  /** Whole windows. */
  readonly windows: number;
  /** `null` before the first event. */
  readonly fit: FitReport | null;
}

/** A share of events outside the sensor that is always said. */
const NOTABLE_SHARE = 0.01;

/**
 * Lines for people: what was left out, fitted, taken for a restart. Empty where there is nothing to say.
 *
 * @example
 * ```ts
 * import { FRAME_RULE_DEFAULTS, FrameStream, streamNotes } from 'saccade';
 * const rule = { ...FRAME_RULE_DEFAULTS, sensor: null, binning: { by: 'number', steps: 1 } } as const;
 * console.log(streamNotes(new FrameStream({ rule }).report)); // []
 * ```
 */
export function streamNotes(report: StreamReport): string[] {
  const notes: string[] = [];
  const count = (n: number): string => n.toLocaleString('en');
  const events = (n: number): string => (n === 1 ? '1 event' : `${count(n)} events`);
  const { fit, outside, lateEvents, remainderEvents, outliers, restarts, resets, saturated } = report;
  if (fit?.change === 'resized')
    notes.push(`a sensor of ${sensorName(fit.sensor)} is scaled to ${sensorName(fit.wanted)}${aspect(fit)}`);
  if (fit?.change === 'cropped')
    notes.push(`the middle ${sensorName(fit.wanted)} of a sensor of ${sensorName(fit.sensor)} is cut out`);
  const seen = report.binned + saturated + outside;
  if (outside > 0) {
    const share = outside / seen;
    const much = share > NOTABLE_SHARE ? `, ${(100 * share).toFixed(1)} %` : '';
    const hint = fit?.known === 'assumed' ? '; the recording does not state its size: --geometry does' : '';
    notes.push(
      `${events(outside)} outside the sensor of ${sensorName(fit?.sensor ?? { width: 0, height: 0 })} left out${much}${hint}`,
    );
  }
  if (resets > 0) notes.push(`the camera's clock was reset ${times(resets)}: windows begin anew there`);
  if (restarts > 0) {
    const most = (report.largestStepBackMicros / 1000).toFixed(1);
    notes.push(
      `time steps back by more than a window ${times(restarts)}, ${most} ms at most: taken for a restart of the clock, so windows begin anew there; if events are only out of order, \`saccade convert --sort\` sorts them`,
    );
  }
  if (outliers > 0) notes.push(`${events(outliers)} with an absurd time left out`);
  if (lateEvents > 0)
    notes.push(
      `${events(lateEvents)} late, behind a time step that was closed, left out; \`saccade convert --sort\` sorts them`,
    );
  if (remainderEvents > 0) notes.push(`${events(remainderEvents)} of an incomplete last window left out`);
  if (saturated > 0) notes.push(`${events(saturated)} lost to full counts`);
  return notes;
}

function times(n: number): string {
  return n === 1 ? 'once' : `${n.toLocaleString('en')} times`;
}

/** A picture whose proportions change is worth a word. */
function aspect({ sensor, wanted }: FitReport): string {
  const stretch = (sensor.width / sensor.height) * (wanted.height / wanted.width);
  return Math.abs(stretch - 1) > 0.01 ? ', which changes its proportions' : '';
}

/** The counts of a report that say what was lost, by reason; zero ones are left out. */
export function lossesOf(report: StreamReport): Record<string, number> {
  const losses: Record<string, number> = {
    'outside-sensor': report.outside,
    saturated: report.saturated,
    late: report.lateEvents,
    'incomplete-window': report.remainderEvents,
    outlier: report.outliers,
  };
  return Object.fromEntries(Object.entries(losses).filter(([, n]) => n > 0));
}
