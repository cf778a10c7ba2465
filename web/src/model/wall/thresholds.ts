/** From where on something is an alert: people set it, the browser keeps it. */

/** See the file comment. */
export interface Thresholds {
  /** No events for so long, milliseconds. */
  readonly silentMs: number;
  /** Decisions that come so late, milliseconds. */
  readonly lateMs: number;
  /** A mean score below this, 0 to 1, … */
  readonly lowScore: number;
  /** … over so many windows. */
  readonly overWindows: number;
}

/** What a threshold may be. */
interface Range {
  readonly least: number;
  readonly most: number;
  readonly usual: number;
}

/** Of each threshold. */
export const THRESHOLD_RANGES: Readonly<Record<keyof Thresholds, Range>> = {
  silentMs: { least: 500, most: 3_600_000, usual: 5_000 },
  lateMs: { least: 1, most: 3_600_000, usual: 200 },
  lowScore: { least: 0, most: 1, usual: 0.5 },
  overWindows: { least: 1, most: 100, usual: 5 },
};
const NAMES = Object.keys(THRESHOLD_RANGES) as (keyof Thresholds)[];
const KEY = 'saccade-alert-limits';

/** Of whatever there is: what is missing or out of range is as usual. */
export function thresholdsOf(values: Readonly<Record<string, unknown>>): Thresholds {
  const entries = NAMES.map((name) => {
    const { least, most, usual } = THRESHOLD_RANGES[name];
    const value = values[name];
    return [name, typeof value === 'number' && value >= least && value <= most ? value : usual];
  });
  return Object.fromEntries(entries) as Thresholds;
}

/** What was kept. */
export function loadThresholds(storage: Pick<Storage, 'getItem'>): Thresholds {
  try {
    const kept: unknown = JSON.parse(storage.getItem(KEY) ?? '{}');
    return thresholdsOf(typeof kept === 'object' && kept !== null ? { ...kept } : {});
  } catch {
    return thresholdsOf({});
  }
}

/** Keeps them for the next time. */
export function saveThresholds(storage: Pick<Storage, 'setItem'>, thresholds: Thresholds): void {
  storage.setItem(KEY, JSON.stringify(thresholds));
}
