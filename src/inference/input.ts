/** From a frame to the network's input, the same for every engine. */
import { areCounts, type FrameArray, type FrameClip, type StepFrame } from '../frames/index.ts';
import { inputLength, type AnyModel } from '../network/index.ts';
import { InferenceError } from './errors.ts';

/**
 * Counts `[channels, height, width]` become `[height, width, channels]`, cut at the network's `maxCount`.
 *
 * @param counts the step's counts.
 */
export function toNetworkInput(counts: FrameArray, network: AnyModel['network']['input']): Int32Array {
  const { height, width, channels, maxCount } = network;
  const pixels = height * width;
  const input = new Int32Array(channels * pixels);
  for (let channel = 0, from = 0; channel < channels; channel++)
    for (let i = 0, to = channel; i < pixels; i++, to += channels)
      input[to] = Math.min(counts[from++]!, maxCount);
  return input;
}

/** @throws {@link InferenceError} if a frame or clip does not have the model's size and step count, or is of no counts. */
export function checkFits({ network }: AnyModel, frames: FrameClip | StepFrame): void {
  const { geometry, steps, counts } = frames;
  const [step, length] = 'step' in frames ? [frames.step, 1] : [0, steps];
  const { width, height } = network.input;
  if (geometry.width !== width || geometry.height !== height) {
    throw new InferenceError(
      'WRONG_GEOMETRY',
      step,
      `The model takes ${width}x${height} frames, got ${geometry.width}x${geometry.height}; bin to that size.`,
    );
  }
  if (steps !== network.steps) {
    throw new InferenceError(
      'WRONG_STEPS',
      step,
      `The model has ${network.steps} time steps, the frames have ${steps}.`,
    );
  }
  const wanted = length * inputLength(network.input);
  if (counts.length !== wanted)
    throw new InferenceError(
      'WRONG_GEOMETRY',
      step,
      `${wanted} counts were expected (${network.input.channels} channels), got ${counts.length}.`,
    );
  if (areCounts(counts)) return;
  throw new InferenceError(
    'WRONG_REPRESENTATION',
    step,
    `Networks take whole numbers of at least 0, and the frames are a ${counts.constructor.name}: make them with the representation that the model states.`,
  );
}

/** @throws {@link InferenceError} if a step is neither the next of its window nor the first of a new one. */
export function checkOrder(step: number, next: number): void {
  if (step === 0 || step === next) return;
  throw new InferenceError('OUT_OF_ORDER', step, `Step ${next} (or 0, a new window) was expected.`);
}
