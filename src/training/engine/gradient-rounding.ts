/**
 * Rounding of the gradient at a layer's currents to signed powers of two, by chance and without bias: each number becomes
 * one of the two powers around it, below the smallest level α becomes α or 0, and its mean is what it was (LUQ, Chmiel et
 * al., arXiv 2112.10769). α follows from the mean magnitude and not from the largest, and larger numbers get more levels:
 * nothing is clipped.
 */
import { SeededRandom } from '../../events/index.ts';
import { MOST_LEVELS } from './gradient-options.ts';
import type { CurrentsPlace, PlanContext, RunContext } from './stage.ts';

/** What rounding did to a layer's gradient in one batch. */
export interface RoundingReport {
  /** The convolution's id. */
  readonly layer: string;
  /** Levels that the batch's largest gradient asked for. */
  readonly levels: number;
  /** Share of gradients that are not 0 afterwards. */
  readonly nonzero: number;
  /** Share of gradients that were cut to the highest level. */
  readonly clipped: number;
  /** Between the gradients before and after. */
  readonly cosine: number;
}

/** With L levels, α is mean |g| times this over 2^(L - 1): what the largest of normal gradients is over their mean. */
const SPREAD = 12.53;
/** Below it 2^-23 α would be no normal float32. */
const SMALLEST_EXPONENT = -100;
const STATISTICS = 5;
/** Of statistics, or of magnitudes, which are fewer; whole cache lines. */
const FRAME_SUMS_BYTES = 64 * Math.ceil((8 * 4 * STATISTICS) / 64);

/** Exponent of a float64. */
export function exponentOf(value: number): number {
  return ((new Uint32Array(Float64Array.of(value).buffer)[1]! >>> 20) & 0x7ff) - 1023;
}

/**
 * Exponent of the smallest level.
 *
 * @param mean magnitude.
 * @param largest magnitude.
 */
export function smallestLevel(mean: number, largest: number, levels: number): number {
  const bySpread = exponentOf((mean * SPREAD * Math.SQRT2) / 2 ** (levels - 1));
  // The largest may be rounded up.
  const byLargest = exponentOf(largest) + 2 - MOST_LEVELS;
  return Math.max(bySpread, byLargest, SMALLEST_EXPONENT);
}

/** Two words that the random bits of a frame come from. */
export function roundingKeys(...place: readonly number[]): readonly [number, number] {
  const random = new SeededRandom(...place);
  return [random.integer(2 ** 32), random.integer(2 ** 32)];
}

/** A gradient's smallest level; `null` where a number is not finite. */
export type Alpha = number | null;

/** A frame of the gradient. */
interface GradientFrame {
  readonly frame: number;
  readonly g: number;
  readonly count: number;
  readonly keys: readonly [number, number];
  /** Where sums of it are. */
  readonly sums: number;
}

/** See the file comment. */
export class GradientRounding {
  readonly #layer: string;
  readonly #place: number;
  readonly #currents: CurrentsPlace;
  readonly #plan: PlanContext;
  readonly #levels: number;
  readonly #seed: number;
  #run!: RunContext;
  #report: RoundingReport | null = null;

  /** @param place of the layer in the network. */
  constructor(layer: string, place: number, currents: CurrentsPlace, plan: PlanContext) {
    const { levels, seed } = plan.rounding!;
    this.#layer = layer;
    this.#place = place;
    this.#currents = currents;
    this.#plan = plan;
    this.#levels = levels;
    this.#seed = seed;
    plan.rooms.need('magnitudes', FRAME_SUMS_BYTES * plan.samples * plan.steps);
  }

  start(run: RunContext): void {
    this.#run = run;
  }

  /** What was done to the last batch that was measured. */
  get report(): RoundingReport | null {
    return this.#report;
  }

  /** Rounds in place. */
  async round(samples: number): Promise<Alpha> {
    const { crew } = this.#run;
    const alpha = await this.#alpha(samples);
    if (alpha === null) return null;
    crew.barrier();
    this.#eachFrame(samples, ({ g, count, keys }) => {
      crew.call('roundGradient', g, count, ...keys, alpha);
    });
    return alpha;
  }

  /** Rounds to codes, bytes `[frames, pixels, channels]` where the currents were: nobody needs these any more. */
  async encode(samples: number): Promise<Alpha> {
    const { crew } = this.#run;
    const alpha = await this.#alpha(samples);
    if (alpha === null) return null;
    crew.barrier();
    this.#eachFrame(samples, ({ g, count, keys, frame }) => {
      crew.call('codeGradient', g, count, ...keys, alpha, this.#currents.address + frame * count);
    });
    return alpha;
  }

  /** Frames in their order, so that the sum is the same whoever sums which. */
  async #alpha(samples: number): Promise<Alpha> {
    const { crew, space } = this.#run;
    const { height, width, channels, stride } = this.#currents;
    crew.barrier();
    this.#eachFrame(samples, ({ g, sums }) => {
      crew.call('magnitudes', g, height, width, stride, sums);
    });
    await crew.done();
    const frames = samples * this.#plan.steps;
    let [sum, largest] = [0, 0];
    for (let frame = 0; frame < frames; frame++) {
      const at = this.#sumsOf(frame);
      sum += space.doubles(at, 4).reduce((total, lane) => total + lane, 0);
      largest = space.floats(at + 32, 4).reduce((most, lane) => Math.max(most, lane), largest);
    }
    if (!Number.isFinite(sum)) return null;
    const mean = sum / (frames * height * width * channels);
    const exponent = smallestLevel(mean, largest, this.#levels);
    if (this.#plan.rounding!.measured) await this.#measure(samples, exponent, largest);
    return 2 ** exponent;
  }

  #sumsOf(frame: number): number {
    return this.#plan.rooms.at('magnitudes') + frame * FRAME_SUMS_BYTES;
  }

  async #measure(samples: number, exponent: number, largest: number): Promise<void> {
    const { crew, space } = this.#run;
    const { height, width, channels } = this.#currents;
    this.#eachFrame(samples, ({ g, count, keys, sums: at }) => {
      space.doubles(at, 4 * STATISTICS).fill(0);
      crew.call('roundingStatistics', g, count, ...keys, 2 ** exponent, at);
    });
    await crew.done();
    const sums = new Float64Array(4 * STATISTICS);
    for (let frame = 0; frame < samples * this.#plan.steps; frame++)
      space.doubles(this.#sumsOf(frame), sums.length).forEach((own, i) => (sums[i]! += own));
    const total = (i: number): number => sums.subarray(4 * i, 4 * i + 4).reduce((sum, lane) => sum + lane, 0);
    const count = samples * this.#plan.steps * height * width * channels;
    const squares = total(2) * total(3);
    this.#report = {
      layer: this.#layer,
      levels: largest === 0 ? 0 : Math.max(1, exponentOf(largest) - exponent + 2),
      nonzero: total(0) / count,
      clipped: total(4) / count,
      cosine: squares === 0 ? 1 : total(1) / Math.sqrt(squares),
    };
  }

  #eachFrame(samples: number, make: (frame: GradientFrame) => void): void {
    const { height, width, stride, gradientBytes } = this.#currents;
    const { rooms, steps, parameters } = this.#plan;
    this.#run.crew.each(samples * steps, (frame) => {
      const [sample, t] = [Math.floor(frame / steps), frame % steps];
      make({
        frame,
        g: rooms.at('currents') + frame * gradientBytes,
        count: height * width * stride,
        keys: roundingKeys(this.#seed, parameters.iterations, this.#place, sample, t),
        sums: this.#sumsOf(frame),
      });
    });
  }
}
