import type { OperatorFunction } from 'rxjs';
import type { EventBatch } from '../src/events/index.ts';
import {
  createSlicer,
  type BinningSpec,
  type EventSlice,
  type RemainderPolicy,
} from '../src/frames/index.ts';
import { sliceWith, type SliceTiming } from './slice-with.ts';

/**
 * Cuts a stream by any rule, given as data: what a model file or a manifest says. The causal rules slice as
 * they go, and with a stride windows overlap; the whole-recording rules of SpikingJelly and Tonic collect until the stream
 * completes.
 *
 * @example
 * ```ts
 * import { from } from 'rxjs';
 * import { batchFromTuples } from 'saccade';
 * import { sliceEvents } from 'saccade/operators';
 * const events = batchFromTuples([[0, 1, 1, 1], [40, 1, 1, 0], [130, 2, 2, 1]]);
 * from([events]).pipe(sliceEvents({ by: 'number', steps: 3 })).subscribe(({ step }) => console.log(step)); // 0 1 2
 * ```
 */
export function sliceEvents(
  spec: BinningSpec,
  options: SliceTiming & { readonly remainder?: RemainderPolicy } = {},
): OperatorFunction<EventBatch, EventSlice> {
  return sliceWith(
    () => createSlicer(spec, options.remainder === undefined ? {} : { remainder: options.remainder }),
    options,
  );
}
