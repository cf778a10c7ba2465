/** The binner: events of one time step become counts per pixel and polarity. */
import { createCounter } from './count-kernel.ts';
import { countsOf, type EventCounter } from './count-plain.ts';
import { allocateCounts } from './counts.ts';
import { pixelMap, type PixelMap, type PixelMapOptions } from './pixel-map.ts';
import type { CountArray, CountType, EventSlice, StepFrame } from './types.ts';

/** See {@link FrameBinner}. */
export interface FrameBinnerOptions extends PixelMapOptions {
  /** Counts saturate at 255, 65,535 or 2^32 - 1. Default `uint16`. */
  readonly countType?: CountType;
  /**
   * Puts the counts of a window's steps one behind the other into one array, so that {@link clipFromFrames} copies
   * nothing. Whoever keeps one frame then keeps its whole window. Default false: each frame has its own.
   */
  readonly wholeWindows?: boolean;
}

/**
 * Bins time steps of one stream to counts `[2, height, width]`, channel 0 = OFF, 1 = ON. The tables of where pixels go
 * are made once.
 *
 * Every event is accounted for: `events` counted, `saturated` lost to a full count, `outside` left out.
 *
 * @throws {@link OptionError} for an output larger than the sensor.
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
  readonly #map: PixelMap;
  readonly #countType: CountType;
  readonly #counter: EventCounter;
  readonly #wholeWindows: boolean;
  /** The counts of the window in hand. */
  #window: CountArray | undefined;

  constructor({ countType = 'uint16', wholeWindows = false, ...options }: FrameBinnerOptions) {
    this.#map = pixelMap(options);
    this.#countType = countType;
    this.#counter = createCounter(this.#map, countType);
    this.#wholeWindows = wholeWindows;
  }

  bin({ batches, ...slice }: EventSlice): StepFrame {
    const total = batches.reduce((sum, { length }) => sum + length, 0);
    const { counts, saturated, outside } = this.#counter.count(batches, this.#room(slice));
    const events = total - outside - saturated;
    return { ...slice, geometry: this.#map.output, counts, events, saturated, outside };
  }

  /** Where a step's counts go in those of its window. */
  #room({ step, steps }: Omit<EventSlice, 'batches'>): CountArray | undefined {
    if (!this.#wholeWindows) return undefined;
    const length = countsOf(this.#map);
    if (step === 0) this.#window = allocateCounts(this.#countType, steps * length);
    const room = this.#window?.subarray(step * length, (step + 1) * length);
    // Frames, not the binner, keep what is complete.
    if (step === steps - 1) this.#window = undefined;
    return room;
  }
}
