/** Units of recorded times: what says them, what they are in microseconds, and what is done where nothing says them. */
import { OptionError } from '../events/index.ts';
import { EventFormatError } from './errors.ts';
import type { ReportBuilder } from './report-builder.ts';

/** Unit of recorded times. Canonical times are whole microseconds: finer ones are rounded to the nearest. */
export type TimeUnit = 's' | 'ms' | 'us' | 'ns';

/** All units. */
export const TIME_UNITS: readonly TimeUnit[] = ['s', 'ms', 'us', 'ns'];

/** Decimal places by which a time in a unit is shifted to make microseconds. */
export const DECIMAL_SHIFT: Readonly<Record<TimeUnit, number>> = { s: 6, ms: 3, us: 0, ns: -3 };

/** What readers of columns may be told of times. */
export interface ColumnTimeOptions {
  /**
   * Unit of the times. Default: what the recording says (`t_ns`, `timestamp [us]`, v2e's "timestamp in seconds").
   * Where it says nothing, whole times are microseconds, and a time with a fraction is refused.
   */
  readonly timeUnit?: TimeUnit;
}

/** Checks the option. @throws OptionError. */
export function timeUnitOption(unit: TimeUnit | undefined): TimeUnit | undefined {
  if (unit === undefined || TIME_UNITS.includes(unit)) return unit;
  throw new OptionError('timeUnit', `must be one of ${TIME_UNITS.join(', ')}, got ${unit as string}`);
}

/** What a recording says of the unit; `unknown`: it says something that is none of the units. */
export type StatedUnit = TimeUnit | 'unknown' | undefined;

/** The unit that holds: the caller's, else the recording's; `null` if neither says it. @throws EventFormatError. */
export function settledUnit(
  option: TimeUnit | undefined,
  stated: StatedUnit,
  byteOffset: number,
): TimeUnit | null {
  if (option !== undefined) return option;
  if (stated !== 'unknown') return stated ?? null;
  throw new EventFormatError(
    'UNKNOWN_TIME_UNIT',
    byteOffset,
    `The name of the column of times states a unit that is none of ${TIME_UNITS.join(', ')}. State the unit that holds: ${UNIT_EXAMPLE}.`,
  );
}

const UNIT_EXAMPLE = "--time-unit s on the command line, timeUnit: 's' in code";

/**
 * A time has a fraction, and nothing says its unit.
 *
 * @param value as the recording has it.
 * @param place where it stands, `line 3` for example.
 */
export function unknownTimeUnit(byteOffset: number, value: string, place: string): EventFormatError {
  return new EventFormatError(
    'UNKNOWN_TIME_UNIT',
    byteOffset,
    `The time ${value} in ${place} has a fraction, and nothing says its unit. State it, for seconds: ${UNIT_EXAMPLE} (or ms, us, ns).`,
  );
}

/** Fewer may well be at one time. */
const MANY_EVENTS = 16;

/** Watches whether all of many events are at one time, which a wrong unit makes of them. */
export class TimeWatch {
  #first: number | undefined;
  #count = 0;
  #differ = false;

  /** What it must know to go on. */
  save(): readonly number[] {
    return [this.#count, this.#first ?? 0, Number(this.#differ)];
  }

  restore([count, first, differ]: readonly number[]): void {
    this.#count = count!;
    this.#first = count === 0 ? undefined : first;
    this.#differ = differ === 1;
  }

  /** Takes the times of the next events. */
  see(times: Float64Array, length: number): void {
    this.#count += length;
    if (this.#differ || length === 0) return;
    this.#first ??= times[0]!;
    for (let i = 0; i < length && !this.#differ; i++) this.#differ = times[i] !== this.#first;
  }

  /**
   * Notes it, or refuses it where nothing says the unit of numbers that could have a fraction: that is what is left of
   * seconds since 1970 in single precision, for example. 0 is 0 in any unit.
   *
   * @throws EventFormatError
   */
  finish(couldHaveUnit: boolean, byteOffset: number, account: ReportBuilder): void {
    if (this.#differ || this.#count < MANY_EVENTS) return;
    if (couldHaveUnit && this.#first !== 0) {
      throw new EventFormatError(
        'UNKNOWN_TIME_UNIT',
        byteOffset,
        `All ${this.#count} times are ${this.#first}, written as numbers that can have a fraction, and nothing says their unit. State it: ${UNIT_EXAMPLE}; --time-unit us says that they are microseconds.`,
      );
    }
    account.note({
      code: 'ONE_TIME',
      message: `All ${this.#count} events are at one time, ${this.#first} µs. Their unit may be another.`,
      option: 'timeUnit',
    });
  }
}
