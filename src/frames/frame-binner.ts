/** The binner: events of one time step become a frame, counts per pixel and polarity unless another representation is asked for. */
import type { SensorGeometry } from '../events/index.ts';
import { allocateCounts, frameType, type FrameType } from './counts.ts';
import { pixelMap, type PixelMapOptions } from './pixel-map.ts';
import { COUNTS, createFrameMaker, representationForm, representationSize } from './representation-spec.ts';
import type { FrameMaker, RepresentationSpec } from './representation.ts';
import type { CountType, EventSlice, FrameArray, StepFrame } from './types.ts';

/** See {@link FrameBinner}. */
export interface FrameBinnerOptions extends PixelMapOptions {
  /** Default: counts. */
  readonly representation?: RepresentationSpec;
  /** Counts saturate at 255, 65,535 or 2^32 - 1. Default `uint16`. */
  readonly countType?: CountType;
  /**
   * Puts the counts of a window's steps one behind the other into one array, so that {@link clipFromFrames} copies
   * nothing. Whoever keeps one frame then keeps its whole window. Default false: each frame has its own.
   */
  readonly wholeWindows?: boolean;
}

/**
 * Bins time steps of one stream to values `[channels, height, width]`: counts `[2, height, width]`, channel 0 = OFF, 1 = ON,
 * or what the representation says. The tables of where pixels go are made once.
 *
 * Every event is accounted for: `events` are in the frame, `saturated` lost to a full count, `outside` left out, as is what is
 * `unrepresented`.
 *
 * @throws {@link OptionError} for an output larger than the sensor, {@link RepresentationError}.
 *
 * @example
 * ```ts
 * import { batchFromTuples, FrameBinner } from 'saccade';
 * const sensor = { width: 2, height: 1 };
 * const binner = new FrameBinner({ sensor, output: sensor, countType: 'uint8' });
 * const batches = [batchFromTuples([[0, 1, 0, 1], [1, 1, 0, 1], [2, 0, 0, 0], [2, 9, 0, 0]])];
 * const { counts, outside } = binner.bin({ window: 0, step: 0, steps: 1, segment: 0, startMicros: 0, endMicros: 3, batches });
 * console.log(Array.from(counts), outside); // [1, 0, 0, 2] 1
 * ```
 */
export class FrameBinner {
  readonly #maker: FrameMaker;
  readonly #size: SensorGeometry;
  readonly #type: FrameType;
  /** Values of a frame. */
  readonly #length: number;
  readonly #wholeWindows: boolean;
  /** The values of the window in hand. */
  #window: FrameArray | undefined;

  constructor({
    representation = COUNTS,
    countType = 'uint16',
    wholeWindows = false,
    ...options
  }: FrameBinnerOptions) {
    const map = pixelMap(options);
    const { channels, elements } = representationForm(representation);
    this.#maker = createFrameMaker(representation, { map, countType });
    this.#size = representationSize(representation, map.output);
    this.#type = frameType(elements, countType);
    this.#length = channels.length * this.#size.width * this.#size.height;
    this.#wholeWindows = wholeWindows;
  }

  bin(slice: EventSlice): StepFrame {
    const total = slice.batches.reduce((sum, { length }) => sum + length, 0);
    const { values, saturated, outside, unrepresented } = this.#maker.make(slice, this.#room(slice));
    // Field by field: what a rest pattern leaves is a hash table of some 3 kB, for every step.
    const { window, step, steps, segment, startMicros, endMicros, repeatedEvents = 0 } = slice;
    const events = total - outside - saturated - unrepresented;
    const place = {
      window,
      step,
      steps,
      segment,
      startMicros,
      endMicros,
      geometry: this.#size,
      counts: values,
    };
    const frame = { ...place, events, saturated, outside };
    if (unrepresented === 0 && repeatedEvents === 0) return frame;
    return {
      ...frame,
      ...(unrepresented > 0 && { unrepresented }),
      ...(repeatedEvents > 0 && { repeatedEvents }),
    };
  }

  /** The stream has a gap: what a representation carries from step to step begins anew. */
  forget(): void {
    this.#maker.forget();
  }

  /** Where a step's values go in those of its window. */
  #room({ step, steps }: EventSlice): FrameArray | undefined {
    if (!this.#wholeWindows) return undefined;
    if (step === 0) this.#window = allocateCounts(this.#type, steps * this.#length);
    const room = this.#window?.subarray(step * this.#length, (step + 1) * this.#length);
    // Frames, not the binner, keep what is complete.
    if (step === steps - 1) this.#window = undefined;
    return room;
  }
}
