import { defer, map, type OperatorFunction } from 'rxjs';
import { SliceBinner, type BinOptions, type EventSlice, type StepFrame } from '../src/frames/index.ts';

/**
 * Bins each time step into counts `[2, height, width]`, optionally smaller than the sensor.
 * See {@link binSlice} for saturation and events outside the sensor. Where windows overlap, take no representation that
 * remembers the stream: {@link requireFrameRule} tells.
 *
 * @example
 * ```ts
 * import { from } from 'rxjs';
 * import { batchFromTuples } from 'saccade';
 * import { sliceByCount, toFrames } from 'saccade/operators';
 * const sensor = { width: 4, height: 4 };
 * from([batchFromTuples([[0, 1, 1, 1], [5, 2, 3, 0]], sensor)])
 *   .pipe(sliceByCount({ stepEvents: 2, steps: 1 }), toFrames({ output: { width: 2, height: 2 } }))
 *   .subscribe(({ counts }) => console.log(Array.from(counts))); // [0, 0, 0, 1, 1, 0, 0, 0]
 * ```
 */
export function toFrames(options: BinOptions = {}): OperatorFunction<EventSlice, StepFrame> {
  return (slices) =>
    defer(() => {
      const binner = new SliceBinner(options);
      return slices.pipe(map((slice) => binner.bin(slice)));
    });
}
