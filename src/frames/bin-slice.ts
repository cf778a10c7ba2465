/** Binning a single time step. */
import { sameSensor, type SensorGeometry } from '../events/index.ts';
import { FrameError } from './errors.ts';
import { FrameBinner, type FrameBinnerOptions } from './frame-binner.ts';
import type { RepresentationSpec } from './representation.ts';
import type { CountType, EventSlice, StepFrame } from './types.ts';

/** How a slice is binned. */
export interface BinOptions {
  /** The sensor; default: what the events say. Events outside are counted and left out. */
  readonly sensor?: SensorGeometry;
  /** Size of the frame, at most the sensor's: pixel x goes to floor(x * width / sensor width). Default: the sensor's. */
  readonly output?: SensorGeometry;
  /** What becomes of the events. Default: counts. */
  readonly representation?: RepresentationSpec;
  /** Counts saturate at 255, 65,535 or 2^32 - 1. Default `uint16`. */
  readonly countType?: CountType;
}

/**
 * Bins the events of a time step to counts `[2, height, width]`, channel 0 = OFF, 1 = ON, or another representation. For a stream take a
 * {@link FrameBinner}, which keeps its tables.
 *
 * @throws {@link OptionError} for an output larger than the sensor; {@link FrameError} `NO_GEOMETRY` if nobody
 * states the sensor's size.
 *
 * @example
 * ```ts
 * import { batchFromTuples, binSlice } from 'saccade';
 * const batches = [batchFromTuples([[0, 1, 0, 1], [1, 1, 0, 1], [2, 0, 0, 0]])];
 * const slice = { window: 0, step: 0, steps: 1, segment: 0, startMicros: 0, endMicros: 3, batches };
 * console.log(Array.from(binSlice(slice, { sensor: { width: 2, height: 1 } }).counts)); // [1, 0, 0, 2]
 * ```
 */
export function binSlice(slice: EventSlice, options: BinOptions = {}): StepFrame {
  return new SliceBinner(options).bin(slice);
}

/** See {@link SliceBinner}. */
export type SliceBinnerOptions = BinOptions & Pick<FrameBinnerOptions, 'wholeWindows'>;

/** Bins the slices of a stream whose sensor may be stated only by its events, each time step with its own size. */
export class SliceBinner {
  readonly #options: SliceBinnerOptions;
  #binner: FrameBinner | undefined;
  #sensor: SensorGeometry | undefined;

  constructor(options: SliceBinnerOptions) {
    this.#options = options;
  }

  bin(slice: EventSlice): StepFrame {
    return this.#binnerFor(slice).bin(slice);
  }

  #binnerFor({ batches, step }: EventSlice): FrameBinner {
    const stated = batches.find(({ geometry }) => geometry !== null)?.geometry;
    // A step without events is of the sensor that the steps before it had.
    const sensor = this.#options.sensor ?? stated ?? this.#sensor;
    if (!sensor) {
      const problem = 'The events do not state the sensor size; give it as option sensor.';
      throw new FrameError('NO_GEOMETRY', step, problem);
    }
    if (this.#binner === undefined || this.#sensor === undefined || !sameSensor(this.#sensor, sensor)) {
      const { output = sensor, ...options } = this.#options;
      this.#binner = new FrameBinner({ ...options, output, sensor });
      this.#sensor = sensor;
    }
    return this.#binner;
  }
}
