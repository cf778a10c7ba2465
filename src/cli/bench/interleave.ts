/** Times several contestants in turns, so that whatever else the machine does hits all of them alike. */
import { setTimeout } from 'node:timers/promises';
import { summarise, type ValueSummary } from '../../events/index.ts';

/** Something to time. */
export interface Contestant {
  readonly name: string;
  readonly threads: number;
  /** Runs once. Its time is taken, unless it returns times of its own in milliseconds. */
  run(): Promise<readonly number[] | void>;
  /** Timed runs in a round. Default 1. */
  readonly repeats?: number;
  /** Takes part in every such round only: for slow ones. Default 1. */
  readonly everyRounds?: number;
  /** Runs before the first round. Default 2. */
  readonly warmup?: number;
  /** Pause after each run, for those whose threads go on spinning. Default 0. */
  readonly settleMs?: number;
  dispose?(): Promise<void> | void;
}

/** Ends all contestants. */
export async function disposeAll(contestants: readonly Contestant[]): Promise<void> {
  for (const contestant of contestants) await contestant.dispose?.();
}

/** A contestant's times in milliseconds. */
export interface Measurement extends ValueSummary {
  readonly name: string;
  readonly threads: number;
}

async function timed(contestant: Contestant): Promise<readonly number[]> {
  const started = performance.now();
  const own = await contestant.run();
  const millis = performance.now() - started;
  if (contestant.settleMs !== undefined) await setTimeout(contestant.settleMs);
  return own ?? [millis];
}

/**
 * Round robin: each round runs every contestant that is due, in the order of the list.
 *
 * @param onRound called after each round with the number of rounds done.
 */
export async function interleave(
  contestants: readonly Contestant[],
  rounds: number,
  onRound: (done: number) => void = () => undefined,
): Promise<Measurement[]> {
  for (const contestant of contestants) {
    for (let i = 0; i < (contestant.warmup ?? 2); i++) await timed(contestant);
  }
  const times = contestants.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, contestant] of contestants.entries()) {
      if (round % (contestant.everyRounds ?? 1) !== 0) continue;
      for (let n = 0; n < (contestant.repeats ?? 1); n++) times[i]!.push(...(await timed(contestant)));
    }
    onRound(round + 1);
  }
  return contestants.map(({ name, threads }, i) => ({ name, threads, ...summarise(times[i]!) }));
}

/** A measurement and how it stands to ours. */
export interface ComparedMeasurement extends Measurement {
  /** Its time divided by ours with the same number of threads (else with one), `null` for our own rows. */
  readonly ratioP10: number | null;
  readonly ratioMedian: number | null;
}

/** Adds ratios to the rows named `ours`. They hold for rows of the same {@link interleave} only. */
export function compareWith(ours: string, rows: readonly Measurement[]): ComparedMeasurement[] {
  const own = rows.filter(({ name }) => name === ours);
  return rows.map((row) => {
    const base = own.find(({ threads }) => threads === row.threads) ?? own[0];
    if (row.name === ours || base === undefined) return { ...row, ratioP10: null, ratioMedian: null };
    return { ...row, ratioP10: row.p10 / base.p10, ratioMedian: row.median / base.median };
  });
}
