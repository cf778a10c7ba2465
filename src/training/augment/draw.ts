/** Draws that several operations make. */
import type { SeededRandom } from '../../events/index.ts';

/** Uniform whole number in [-most, most]. */
export function wholeWithin(most: number, random: SeededRandom): number {
  return random.integer(2 * most + 1) - most;
}

/** Uniform angle in [-most, most), from degrees to radians. */
export function angleWithin(mostDegrees: number, random: SeededRandom): number {
  return ((2 * random.uniform() - 1) * mostDegrees * Math.PI) / 180;
}
