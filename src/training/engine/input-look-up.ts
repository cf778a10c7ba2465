/** The gradient at the input of a convolution with 1-bit weights, by signed sums that are looked up, eight frames at a time. */
import type { Crew } from './crew.ts';
import type { CurrentsPlace, MapPlace, PlanContext, RunContext } from './stage.ts';

/** Channels whose tables are in memory at a time: CHUNK of kernels/training/input-gradient.ts, times four. */
const CHUNK_CHANNELS = 128;
const TABLES_BYTES = (CHUNK_CHANNELS / 4) * 16 * 32;

/** Of {@link packLookUpIndex}. */
export function lookUpIndexBytes(rows: number, stride: number): number {
  return (rows * stride) / 2;
}

/**
 * Offsets of the sums that each row of weights looks up.
 *
 * @param signs of the weights, int16 `[rows, stride]`.
 */
export function packLookUpIndex(
  crew: Crew,
  signs: number,
  rows: number,
  stride: number,
  index: number,
): void {
  crew.each(Math.ceil(stride / CHUNK_CHANNELS), (chunk) => {
    const first = chunk * CHUNK_CHANNELS;
    const end = Math.min(stride, first + CHUNK_CHANNELS);
    crew.call('packIndex', signs, rows, stride, first, end, index + lookUpIndexBytes(rows, first));
  });
}

/** See the file comment. */
export class InputLookUp {
  readonly #currents: CurrentsPlace;
  readonly #input: MapPlace;
  readonly #plan: PlanContext;
  #run!: RunContext;

  constructor(currents: CurrentsPlace, input: MapPlace, plan: PlanContext) {
    this.#currents = currents;
    this.#input = input;
    this.#plan = plan;
    plan.rooms.needOwn('tables', TABLES_BYTES);
    plan.rooms.needOwn('lanes', 32 * input.bytes);
  }

  start(run: RunContext): void {
    this.#run = run;
  }

  /**
   * @param conv the convolution's block.
   * @param index of {@link packLookUpIndex}.
   */
  gradient(samples: number, conv: number, index: number): void {
    const { crew, space } = this.#run;
    const { rooms, steps } = this.#plan;
    const { gradientBytes } = this.#currents;
    const { bytes, gradient } = this.#input;
    const frames = samples * steps;
    const g = rooms.at('currents');
    // Of eight frames the second four are not looked at where none of them is there.
    space.u8.fill(0, g + frames * gradientBytes, g + 4 * Math.ceil(frames / 4) * gradientBytes);
    // Four frames cost more than half of eight, but every thread should have something to do.
    const lanes = Math.ceil(frames / 8) < 2 * crew.threads && crew.threads > 1 ? 4 : 8;
    crew.each(Math.ceil(frames / lanes), (unit) => {
      const frame = unit * lanes;
      const left = Math.min(lanes, frames - frame);
      const [from, to] = [g + frame * gradientBytes, rooms.at(gradient!) + 4 * frame * bytes];
      const [tables, sums] = [rooms.own('tables'), rooms.own('lanes')];
      crew.call('signInputGradient', conv, from, gradientBytes, left, index, tables, sums);
      crew.call('lanesToFrames', sums, bytes, left, to);
    });
  }
}
