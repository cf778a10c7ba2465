/** Two reports beside each other. */
import type { ConditionRecord, LatencyReport, Settings } from './measurement.ts';
import { meanDifference } from './statistics.ts';

/** What is compared: percentiles of the delay of final decisions and of all time steps. */
export const COMPARED = [
  { of: 'final', name: 'p50' },
  { of: 'final', name: 'p90' },
  { of: 'final', name: 'p99' },
  { of: 'final', name: 'max' },
  { of: 'final', name: 'mean' },
  { of: 'everyStep', name: 'p50' },
  { of: 'everyStep', name: 'p99' },
] as const;

/** A number of both. */
export interface ComparedStatistic {
  readonly of: (typeof COMPARED)[number]['of'];
  readonly name: (typeof COMPARED)[number]['name'];
  /** Means over the runs, milliseconds. */
  readonly before: number;
  readonly after: number;
  readonly difference: number;
  /** Of the difference, at 95 %; `null` where one of them has a single run. */
  readonly low: number | null;
  readonly high: number | null;
  /** `unclear`: the interval holds 0, or there is none. */
  readonly verdict: 'faster' | 'slower' | 'unclear';
}

/** A setting, or another fact, that differs. */
export interface Disparity {
  readonly what: string;
  readonly before: string;
  readonly after: string;
}

/** Two conditions. */
export interface ComparedCondition {
  readonly before: Settings;
  readonly after: Settings;
  /** Settings that are not the same. */
  readonly disparities: readonly Disparity[];
  readonly statistics: readonly ComparedStatistic[];
  /** Time steps that were never decided, share of those expected. */
  readonly missing: { readonly before: number; readonly after: number };
}

/** See {@link compareReports}. */
export interface Comparison {
  /** What else is not the same: the model, the machine, what was replayed and how. */
  readonly disparities: readonly Disparity[];
  readonly conditions: readonly ComparedCondition[];
  /** Conditions that only one of them has. */
  readonly onlyBefore: readonly Settings[];
  readonly onlyAfter: readonly Settings[];
}

/**
 * Compares what two experiments measured: conditions with the same settings, or where each has a single one those two,
 * whatever their settings. Differences have Welch's interval over the runs.
 */
export function compareReports(before: LatencyReport, after: LatencyReport): Comparison {
  const pairs = pairConditions(before.conditions, after.conditions);
  const paired = new Set(pairs.flat());
  const alone = (report: LatencyReport): Settings[] =>
    report.conditions.filter((condition) => !paired.has(condition)).map(({ settings }) => settings);
  return {
    disparities: disparities(facts(before), facts(after)),
    conditions: pairs.map(([a, b]) => ({
      before: a.settings,
      after: b.settings,
      disparities: disparities(settingFacts(a.settings), settingFacts(b.settings)),
      statistics: COMPARED.map((which) => compareStatistic(which, a, b)),
      missing: { before: missingShare(a), after: missingShare(b) },
    })),
    onlyBefore: alone(before),
    onlyAfter: alone(after),
  };
}

function pairConditions(
  before: readonly ConditionRecord[],
  after: readonly ConditionRecord[],
): [ConditionRecord, ConditionRecord][] {
  const [a] = before;
  const [b] = after;
  if (before.length === 1 && after.length === 1) return [[a!, b!]];
  return before.flatMap((one) => {
    const other = after.find(({ settings }) => keyOf(settings) === keyOf(one.settings));
    return other === undefined ? [] : [[one, other] as [ConditionRecord, ConditionRecord]];
  });
}

function compareStatistic(
  { of, name }: (typeof COMPARED)[number],
  before: ConditionRecord,
  after: ConditionRecord,
): ComparedStatistic {
  const values = ({ runs }: ConditionRecord): number[] => runs.map((run) => run[of].summary[name]);
  const { difference, low, high } = meanDifference(values(before), values(after));
  const isClear = low !== null && high !== null && (low > 0 || high < 0);
  const verdict = !isClear ? 'unclear' : difference < 0 ? 'faster' : 'slower';
  return {
    of,
    name,
    before: before[of][name].mean,
    after: after[of][name].mean,
    difference,
    low,
    high,
    verdict,
  };
}

function missingShare({ runs }: ConditionRecord): number {
  const sum = (name: 'missing' | 'expected'): number =>
    runs.reduce((total, { steps }) => total + steps[name], 0);
  return sum('missing') / Math.max(1, sum('expected'));
}

type Facts = Readonly<Record<string, string>>;

function keyOf(settings: Settings): string {
  return JSON.stringify(settingFacts(settings));
}

function settingFacts({ rate, cameras, policy, threads, windowMs }: Settings): Facts {
  return {
    rate: `${rate}x`,
    cameras: String(cameras),
    policy,
    threads: String(threads ?? 'the server’s'),
    window: windowMs === null ? 'none' : `${windowMs} ms`,
  };
}

function facts(report: LatencyReport): Facts {
  const {
    saccade,
    path,
    url,
    model,
    machine,
    engine,
    rounds,
    recordings,
    warmupRecordings,
    batchMs,
    repeats,
  } = report;
  return {
    version: saccade,
    path: url === null ? path : `${path} ${url}`,
    model: `${model.name} ${model.sha256.slice(0, 12)}`,
    engine: engine ?? 'the server’s',
    processor: `${machine.cpu}, ${machine.cores} cores`,
    node: machine.node,
    platform: machine.platform,
    governor: machine.governor ?? 'not known',
    recordings: String(recordings),
    rounds: String(rounds),
    'warm-up recordings': String(warmupRecordings),
    'message length': `${batchMs} ms`,
    repeats: String(repeats),
  };
}

function disparities(before: Facts, after: Facts): Disparity[] {
  return Object.keys(before).flatMap((what) =>
    before[what] === after[what] ? [] : [{ what, before: before[what]!, after: after[what]! }],
  );
}
