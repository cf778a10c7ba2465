/** A batch's counts to the network's input map. */
import type { SampleBatch } from '../../../operators/index.ts';
import { toNetworkInput } from '../../inference/index.ts';
import type { NetworkDescription } from '../../network/index.ts';
import { TrainingError } from '../errors.ts';
import type { Space } from './space.ts';
import type { MapPlace } from './stage.ts';

/**
 * Counts `[T, B, 2, height, width]` to the input map, `[B, T, height, width, 2]`.
 *
 * @throws TrainingError `BAD_BATCH` for another size of frames, or more samples than there is room for.
 */
export function loadBatch(
  { counts, size, steps, geometry }: SampleBatch,
  { network, batchSize }: { readonly network: NetworkDescription; readonly batchSize: number },
  input: MapPlace,
  space: Space,
): void {
  const { height, width } = network.input;
  if (size > batchSize || steps !== network.steps || geometry.width !== width || geometry.height !== height) {
    throw new TrainingError(
      'BAD_BATCH',
      `The engine takes up to ${batchSize} samples of ${network.steps} frames of ${width}x${height}; got ${size} of ${steps} of ${geometry.width}x${geometry.height}.`,
    );
  }
  const length = input.bytes;
  for (let t = 0; t < steps; t++) {
    for (let sample = 0; sample < size; sample++) {
      const from = (t * size + sample) * length;
      const frame = toNetworkInput(counts.subarray(from, from + length), network.input);
      space.u8.set(frame, input.address + (sample * steps + t) * length);
    }
  }
}
