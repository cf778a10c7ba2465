/** The gradient at the input of a convolution with 1-bit weights, by signed sums that are looked up, eight frames at a time. */
import {
  wholeEights,
  type CurrentsPlace,
  type MapPlace,
  type PlanContext,
  type RunContext,
} from './stage.ts';

/** Channels whose tables are in memory at a time: CHUNK of kernels/training/input-gradient.ts, times four. */
const CHUNK_CHANNELS = 128;
const TABLES_BYTES = (CHUNK_CHANNELS / 4) * 16 * 32;

/** See the file comment. */
export class InputLookUp {
  readonly #currents: CurrentsPlace;
  readonly #input: MapPlace;
  readonly #plan: PlanContext;
  readonly #rows: number;
  readonly #index: number;
  #run!: RunContext;

  /** @param rows of weights: taps * input channels. */
  constructor(currents: CurrentsPlace, input: MapPlace, rows: number, plan: PlanContext) {
    this.#currents = currents;
    this.#input = input;
    this.#plan = plan;
    this.#rows = rows;
    this.#index = plan.layout.reserve((rows * currents.stride) / 2);
    plan.rooms.need('tables', TABLES_BYTES);
    plan.rooms.need('lanes', 32 * input.bytes);
  }

  start(run: RunContext): void {
    this.#run = run;
  }

  /** Before a batch. @param signs of the weights, int16. */
  enter(signs: number): void {
    this.#run.kernel.packIndex(signs, this.#rows, this.#currents.stride, CHUNK_CHANNELS, this.#index);
  }

  /** @param conv the convolution's block. */
  gradient(samples: number, conv: number): void {
    const { kernel, space } = this.#run;
    const { rooms, steps } = this.#plan;
    const { gradientBytes } = this.#currents;
    const { bytes, gradient } = this.#input;
    const frames = samples * steps;
    const [g, lanes, tables] = [rooms.at('currents'), rooms.at('lanes'), rooms.at('tables')];
    space.u8.fill(0, g + frames * gradientBytes, g + wholeEights(frames) * gradientBytes);
    for (let frame = 0; frame < frames; frame += 8) {
      const from = g + frame * gradientBytes;
      const left = Math.min(8, frames - frame);
      kernel.signInputGradient(conv, from, gradientBytes, left, this.#index, tables, lanes);
      kernel.lanesToFrames(lanes, bytes, left, rooms.at(gradient!) + 4 * frame * bytes);
    }
  }
}
