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
    plan.rooms.needOwn('tables', TABLES_BYTES);
    plan.rooms.needOwn('lanes', 32 * input.bytes);
  }

  start(run: RunContext): void {
    this.#run = run;
  }

  /** Before a batch. @param signs of the weights, int16. */
  enter(signs: number): void {
    const { crew } = this.#run;
    const { stride } = this.#currents;
    crew.each(Math.ceil(stride / CHUNK_CHANNELS), (chunk) => {
      const first = chunk * CHUNK_CHANNELS;
      const end = Math.min(stride, first + CHUNK_CHANNELS);
      crew.call('packIndex', signs, this.#rows, stride, first, end, this.#index + (this.#rows * first) / 2);
    });
  }

  /** @param conv the convolution's block. */
  gradient(samples: number, conv: number): void {
    const { crew, space } = this.#run;
    const { rooms, steps } = this.#plan;
    const { gradientBytes } = this.#currents;
    const { bytes, gradient } = this.#input;
    const frames = samples * steps;
    const g = rooms.at('currents');
    space.u8.fill(0, g + frames * gradientBytes, g + wholeEights(frames) * gradientBytes);
    // Four frames cost more than half of eight, but every thread should have something to do.
    const lanes = Math.ceil(frames / 8) < 2 * crew.threads && crew.threads > 1 ? 4 : 8;
    crew.each(Math.ceil(frames / lanes), (unit) => {
      const frame = unit * lanes;
      const left = Math.min(lanes, frames - frame);
      const [from, to] = [g + frame * gradientBytes, rooms.at(gradient!) + 4 * frame * bytes];
      const [tables, sums] = [rooms.own('tables'), rooms.own('lanes')];
      crew.call('signInputGradient', conv, from, gradientBytes, left, this.#index, tables, sums);
      crew.call('lanesToFrames', sums, bytes, left, to);
    });
  }
}
