/** The account of several stretches of one recording. */
import { MAX_FAULTS, type DecodeReport } from '../../formats/index.ts';

/** What was read first, and then; bytes and notes are the later one's. */
export function sumReports(first: DecodeReport, then: DecodeReport): DecodeReport {
  const sums = <Name extends string>(
    a: Readonly<Record<Name, number>>,
    b: Readonly<Record<Name, number>>,
  ): Record<Name, number> =>
    Object.fromEntries(
      Object.entries<number>(a).map(([name, value]) => [name, value + b[name as Name]]),
    ) as Record<Name, number>;
  return {
    ...then,
    events: first.events + then.events,
    on: first.on + then.on,
    tFirst: first.tFirst ?? then.tFirst,
    tLast: then.tLast ?? first.tLast,
    dropped: sums(first.dropped, then.dropped),
    side: sums(first.side, then.side),
    resets: first.resets + then.resets,
    backwardSteps: first.backwardSteps + then.backwardSteps,
    faults: [...first.faults, ...then.faults].slice(0, MAX_FAULTS),
    faultCount: first.faultCount + then.faultCount,
  };
}
