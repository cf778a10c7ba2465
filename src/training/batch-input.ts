/** From clips to the input tensor of the parallel forward pass. */
import { toNetworkInput } from '../inference/index.ts';
import type { SampleBatch } from '../../operators/index.ts';
import { inputLength, type NetworkDescription } from '../network/index.ts';
import { tf, type Tensor } from './tf.ts';

/**
 * Counts `[T, B, channels, height, width]` as float32 `[T*B, height, width, channels]`, cut at the network's `maxCount`.
 * The tensor belongs to the caller.
 */
export function inputTensor(batch: SampleBatch, { input }: NetworkDescription): Tensor {
  const frames = batch.steps * batch.size;
  const length = inputLength(input);
  const values = new Float32Array(frames * length);
  for (let frame = 0; frame < frames; frame++) {
    const counts = batch.counts.subarray(frame * length, (frame + 1) * length);
    values.set(toNetworkInput(counts, input), frame * length);
  }
  return tf.tensor(values, [frames, input.height, input.width, input.channels]);
}
