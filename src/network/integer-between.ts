/** A schema that JSON of files and messages needs everywhere. */
import * as v from 'valibot';

/** Whole numbers from `least` to `most`. */
// @__NO_SIDE_EFFECTS__
export function integerBetween(
  least: number,
  most: number = Number.MAX_SAFE_INTEGER,
): v.GenericSchema<unknown, number> {
  return v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most));
}
