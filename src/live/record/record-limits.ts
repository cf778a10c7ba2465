/** The bounds of a record. */
import { chosenLimits, type DescribedLimits } from '../described-limits.ts';

/** Names of the bounds; {@link RECORD_LIMITS} says what each is. */
export type RecordLimitName = 'recordPartBytes' | 'recordPartMs' | 'recordTotalBytes' | 'recordBacklogBytes';

/** Bounds of a record. */
export type RecordLimits = Readonly<Record<RecordLimitName, number>>;

/** What each bound is. */
export const RECORD_LIMITS: DescribedLimits<RecordLimitName> = {
  recordPartBytes: {
    unit: 'bytes',
    default: 64 * 2 ** 20,
    min: 1024,
    guards: 'A part of a record is closed, and is a whole file, when it has this size',
  },
  recordPartMs: {
    unit: 'ms',
    default: 60_000,
    min: 10,
    guards: 'And at the latest after this time: so much may be lost when the machine goes down',
  },
  recordTotalBytes: {
    unit: 'bytes',
    default: 10 * 2 ** 30,
    min: 4096,
    guards: 'The oldest parts are removed where all together are larger',
  },
  recordBacklogBytes: {
    unit: 'bytes',
    default: 64 * 2 ** 20,
    min: 1024,
    guards:
      'What waits for the disk. A camera for which there is no more room is not recorded any further, which is counted and logged; it is served as before',
  },
};

/** All limits. @throws OptionError */
export function recordLimits(chosen?: Partial<RecordLimits>): RecordLimits {
  return chosenLimits(RECORD_LIMITS, chosen);
}
