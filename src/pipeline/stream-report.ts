/** The account of a stream: what became of its events. */
import { sensorName, type ClockReport, type SensorGeometry } from '../events/index.ts';
import type { FilterReport } from '../filters/index.ts';
import type { SliceReport } from '../frames/index.ts';

/** How the recording's sensor was fitted. */
export interface FitReport {
  /** The recording's sensor. */
  readonly sensor: SensorGeometry;
  /** `assumed`: nobody states it, so it is taken for the one that frames are made for. */
  readonly known: 'stated' | 'assumed';
  /** The sensor whose events come out of the filters; the recording's where none changes it. */
  readonly filtered: SensorGeometry;
  readonly change: 'resized' | 'cropped' | null;
  /** The sensor that frames are made for, behind the filters. */
  readonly wanted: SensorGeometry;
}

/**
 * Counts are of events. At the end, `events`, with `repeatedEvents` and those that filters added, is what whole windows hold, with `saturated`,
 * `outside` and `unrepresented`, and `lateEvents`, `remainderEvents`, `outliers` and what filters removed together; time steps of a window that
 * never became whole are in `binned` and in `remainderEvents`.
 */
export interface StreamReport extends SliceReport, ClockReport {
  /** Events that came. */
  readonly events: number;
  /** Counted in frames. */
  readonly binned: number;
  /** Lost because a count was at its maximum. */
  readonly saturated: number;
  /** The account of each filter, in order. */
  readonly filters: readonly FilterReport[];
  /** Outside the sensor, or the part of it that was cut out. What filters found outside is in their account. */
  readonly outside: number;
  /** Left out by the rule of the representation. */
  readonly unrepresented: number;
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
  const { repeatedEvents } = report;
  if (fit?.change === 'resized')
    notes.push(
      `a sensor of ${sensorName(fit.filtered)} is scaled to ${sensorName(fit.wanted)}${aspect(fit)}`,
    );
  if (fit?.change === 'cropped')
    notes.push(`the middle ${sensorName(fit.wanted)} of a sensor of ${sensorName(fit.filtered)} is cut out`);
  notes.push(...filterNotes(report.filters));
  const seen = report.binned + saturated + outside + report.unrepresented;
  if (outside > 0) {
    const share = outside / seen;
    const much = share > NOTABLE_SHARE ? `, ${(100 * share).toFixed(1)} %` : '';
    const hint = fit?.known === 'assumed' ? '; the recording does not state its size: --geometry does' : '';
    notes.push(
      `${events(outside)} outside the sensor of ${sensorName(fit?.filtered ?? { width: 0, height: 0 })} left out${much}${hint}`,
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
  if (repeatedEvents > 0)
    notes.push(`${events(repeatedEvents)} more in frames than came, because windows or steps overlap`);
  if (saturated > 0) notes.push(`${events(saturated)} lost to full counts`);
  if (report.unrepresented > 0)
    notes.push(`${events(report.unrepresented)} left out by the rule of the representation`);
  return notes;
}

/**
 * Why a stream that ended has no window: a sentence for people.
 *
 * @example
 * ```ts
 * import { FRAME_RULE_DEFAULTS, FrameStream, noWindowText } from 'saccade';
 * const rule = { ...FRAME_RULE_DEFAULTS, sensor: null, binning: { by: 'number', steps: 1 } } as const;
 * const stream = new FrameStream({ rule });
 * console.log(stream.finish(), noWindowText(stream.report)); // [] 'The recording has no events.'
 * ```
 */
export function noWindowText({ events, filters }: StreamReport): string {
  if (events === 0) return 'The recording has no events.';
  const which = `recording's ${events === 1 ? 'event' : `${events.toLocaleString('en')} events`}`;
  return filters.at(-1)?.kept === 0
    ? `Filters leave none of the ${which}.`
    : `No window is filled by the ${which}.`;
}

/**
 * Lines for people: what filters removed and added.
 *
 * @example
 * ```ts
 * import { filterNotes } from 'saccade';
 * const report = { filter: 'refractory', events: 10, kept: 8, added: 0, held: 0, removed: { refractory: 2 } };
 * console.log(filterNotes([report])); // ['filter refractory: 2 of 10 events left out, 20.0 % (refractory)']
 * ```
 */
export function filterNotes(reports: readonly FilterReport[]): string[] {
  const count = (n: number): string => n.toLocaleString('en');
  return reports.map(({ filter, events, added, removed }) => {
    const reasons = Object.entries(removed);
    const sum = reasons.reduce((total, [, n]) => total + n, 0);
    const share = events === 0 ? '' : `, ${((100 * sum) / events).toFixed(1)} %`;
    const why = reasons
      .map(([reason, n]) => (reasons.length === 1 ? reason : `${reason} ${count(n)}`))
      .join(', ');
    const left = `${count(sum)} of ${count(events)} events left out${sum === 0 ? '' : `${share} (${why})`}`;
    return `filter ${filter}: ${left}${added === 0 ? '' : `, ${count(added)} added`}`;
  });
}

/** Events that filters found outside the sensor. */
export function outsideOfFilters(reports: readonly FilterReport[]): number {
  return reports.reduce((sum, { removed }) => sum + (removed['outside-sensor'] ?? 0), 0);
}

/** Events that filters left out, by filter; those outside the sensor are no filter's doing. */
function filterLosses(reports: readonly FilterReport[]): Record<string, number> {
  const losses: Record<string, number> = {};
  for (const { filter, removed } of reports) {
    const name = `filter-${filter}`;
    for (const [reason, n] of Object.entries(removed))
      if (reason !== 'outside-sensor') losses[name] = (losses[name] ?? 0) + n;
  }
  return losses;
}

function times(n: number): string {
  return n === 1 ? 'once' : `${n.toLocaleString('en')} times`;
}

/** A picture whose proportions change is worth a word. */
function aspect({ filtered, wanted }: FitReport): string {
  const stretch = (filtered.width / filtered.height) * (wanted.height / wanted.width);
  return Math.abs(stretch - 1) > 0.01 ? ', which changes its proportions' : '';
}

/** The counts of a report that say what was lost, by reason; zero ones are left out. */
export function lossesOf(report: StreamReport): Record<string, number> {
  const losses: Record<string, number> = {
    ...filterLosses(report.filters),
    'outside-sensor': report.outside + outsideOfFilters(report.filters),
    saturated: report.saturated,
    unrepresented: report.unrepresented,
    late: report.lateEvents,
    'incomplete-window': report.remainderEvents,
    outlier: report.outliers,
  };
  return Object.fromEntries(Object.entries(losses).filter(([, n]) => n > 0));
}
