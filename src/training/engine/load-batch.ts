/** A batch's counts to the network's input map. */
import type { SampleBatch } from '../../../operators/index.ts';
import { toNetworkInput } from '../../inference/index.ts';
import type { NetworkDescription } from '../../network/index.ts';
import { TrainingError } from '../errors.ts';
import type { Space } from './space.ts';
import type { MapPlace } from './stage.ts';

/**
 * Counts `[T, B, channels, height, width]` to the input map, `[B, T, height, width, channels]`.
 *
 * @throws TrainingError `BAD_BATCH` for frames of another size or number of channels, or more samples than there is room for.
 */
export function loadBatch(
  { counts, size, steps, geometry }: SampleBatch,
  { network, batchSize }: { readonly network: NetworkDescription; readonly batchSize: number },
  input: MapPlace,
  space: Space,
): void {
  const { height, width, channels } = network.input;
  const length = input.bytes;
  const fits =
    size <= batchSize &&
    steps === network.steps &&
    geometry.width === width &&
    geometry.height === height &&
    counts.length === size * steps * length;
  if (!fits) {
    throw new TrainingError(
      'BAD_BATCH',
      `The engine takes up to ${batchSize} samples of ${network.steps} frames of ${width}x${height}, ${channels} values a pixel; got ${size} of ${steps} of ${geometry.width}x${geometry.height}, ${counts.length} values.`,
    );
  }
  for (let t = 0; t < steps; t++) {
    for (let sample = 0; sample < size; sample++) {
      const from = (t * size + sample) * length;
      const frame = toNetworkInput(counts.subarray(from, from + length), network.input);
      space.u8.set(frame, input.address + (sample * steps + t) * length);
    }
  }
}
