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

/**
 * A share from Beta(α, α), α above 0: a gamma variate's of the sum of two. By their logarithms, as those of a small α are
 * below all numbers.
 */
export function betaShare(alpha: number, random: SeededRandom): number {
  const [own, other] = [logGamma(alpha, random), logGamma(alpha, random)];
  return 1 / (1 + Math.exp(other - own));
}

/**
 * Logarithm of a variate of Gamma(α, 1): Marsaglia and Tsang, "A simple method for generating gamma variables" (2000), for
 * α + 1, and a power of a uniform one from there to α.
 */
function logGamma(alpha: number, random: SeededRandom): number {
  const d = alpha + 1 - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const normal = random.normal();
    const v = (1 + c * normal) ** 3;
    // The uniform ones are in [0, 1), and 0 has no logarithm.
    const accept = 1 - random.uniform();
    if (v <= 0 || Math.log(accept) >= normal ** 2 / 2 + d * (1 - v + Math.log(v))) continue;
    return Math.log(d * v) + Math.log(1 - random.uniform()) / alpha;
  }
}
