/** Rounding of gradients to signed powers of two, number by number: what kernels/training/rounding.ts computes, to be read. */
import { SeededRandom } from '../../src/events/index.ts';

/** What a layer's rounding depends on. */
export interface PlainRounding {
  readonly levels: number;
  readonly seed: number;
  /** Steps taken before. */
  readonly step: number;
}

/** Where a gradient stands. Channels are filled up to eights in `place`. */
export interface GradientPlace {
  readonly seed: number;
  readonly step: number;
  readonly layer: number;
  readonly sample: number;
  readonly t: number;
}

/** 23 random bits of each of a frame's places. */
export function randomBits({ seed, step, layer, sample, t }: GradientPlace): (place: number) => number {
  const random = new SeededRandom(seed, step, layer, sample, t);
  const [key, second] = [random.integer(2 ** 32), random.integer(2 ** 32)];
  return (place) => {
    let x = (place + key) | 0;
    x ^= x >>> 16;
    x = Math.imul(x, 0x7feb352d) ^ second;
    x ^= x >>> 15;
    return Math.imul(x, 0x846ca68b) >>> 9;
  };
}

/** A float32 rounded up or down to a power of two, below α to α or 0. */
export function roundToPower(g: number, bits: number, alpha: number): number {
  const magnitude = Math.abs(g);
  const chance = bits / 2 ** 23;
  if (magnitude < alpha) return chance * alpha < magnitude ? Math.sign(g) * alpha : 0;
  const power = 2 ** Math.floor(Math.log2(magnitude));
  return Math.sign(g) * (magnitude / power - 1 + chance >= 1 ? 2 * power : power);
}

/** How far a number is from being rounded to the other side. */
export function roundingMargin(g: number, bits: number, alpha: number): number {
  const magnitude = Math.abs(g);
  const chance = bits / 2 ** 23;
  if (magnitude < alpha) return Math.abs(magnitude / alpha - chance);
  return Math.abs(magnitude / 2 ** Math.floor(Math.log2(magnitude)) - 2 + chance);
}

/**
 * The smallest level: mean magnitude * 12.53 / 2^(levels - 1), to the nearest power of two, and not so small that the largest
 * number would need more than 13 levels.
 */
export function plainAlpha(gradients: readonly ArrayLike<number>[], levels: number): number {
  let [sum, count, largest] = [0, 0, 0];
  for (const frame of gradients) {
    for (const g of Array.from(frame)) {
      sum += Math.abs(g);
      largest = Math.max(largest, Math.abs(g));
      count++;
    }
  }
  if (largest === 0) return 1;
  const spread = Math.floor(0.5 + Math.log2(((sum / count) * 12.53) / 2 ** (levels - 1)));
  // The largest may be rounded up to twice its power.
  return 2 ** Math.max(spread, Math.floor(Math.log2(largest)) + 1 - 12);
}

/**
 * A layer's gradients rounded, `[frames][pixels * channels]`.
 *
 * @returns them and the smallest margin.
 */
export function roundGradients(
  gradients: readonly Float64Array[],
  channels: number,
  steps: number,
  layer: number,
  { levels, seed, step }: PlainRounding,
): { readonly rounded: Float64Array[]; readonly margin: number } {
  const alpha = plainAlpha(gradients, levels);
  const stride = Math.ceil(channels / 8) * 8;
  let margin = Infinity;
  const rounded = gradients.map((frame, f) => {
    const bits = randomBits({ seed, step, layer, sample: Math.floor(f / steps), t: f % steps });
    return frame.map((g, i) => {
      const own = bits(Math.floor(i / channels) * stride + (i % channels));
      margin = Math.min(margin, roundingMargin(g, own, alpha));
      return roundToPower(g, own, alpha);
    });
  });
  return { rounded, margin };
}
