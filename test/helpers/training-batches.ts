/** Batches for tests of training steps. */
import { SeededRandom } from '../../src/events/index.ts';
import {
  inputLength,
  resolveNetwork,
  type ConvSpec,
  type NetworkDescription,
} from '../../src/network/index.ts';
import type { SampleBatch } from '../../operators/index.ts';

/** Random counts, about a third of them active, some beyond `maxCount`; labels in turn. */
export function randomBatch(
  { steps, input, classes }: NetworkDescription,
  size: number,
  seed: number,
): SampleBatch {
  const { height, width, maxCount } = input;
  const random = new SeededRandom(seed, 77);
  const counts = Uint16Array.from({ length: steps * size * inputLength(input) }, () =>
    random.uniform() < 0.35 ? 1 + random.integer(maxCount + 1) : 0,
  );
  const labels = Int32Array.from({ length: size }, (_, i) => i % classes.length);
  return { counts, labels, steps, size, geometry: { width, height } };
}

/** The batch with samples that are each of two classes, in random shares. */
export function mixedBatch(batch: SampleBatch, classes: number, seed: number): SampleBatch {
  const random = new SeededRandom(seed, 78);
  const shares = Array.from(batch.labels, (label) => {
    const share = random.uniform();
    return [
      { label, share },
      { label: (label + 1 + random.integer(classes - 1)) % classes, share: 1 - share },
    ] as const;
  });
  const labels = Int32Array.from(shares, ([own, other]) => (own.share >= 0.5 ? own.label : other.label));
  return { ...batch, labels, shares };
}

/** The batch's counts as layers read them: `[frames][height * width * channels]`, sample by sample, cut at `maxCount`. */
export function plainInput(
  { input }: NetworkDescription,
  { counts, steps, size }: SampleBatch,
): Float64Array[] {
  const { channels } = input;
  const pixels = input.height * input.width;
  return Array.from({ length: steps * size }, (_, frame) => {
    const [sample, t] = [Math.floor(frame / steps), frame % steps];
    const from = (t * size + sample) * channels * pixels;
    return Float64Array.from({ length: channels * pixels }, (__, i) =>
      Math.min(input.maxCount, counts[from + (i % channels) * pixels + Math.floor(i / channels)]!),
    );
  });
}

/**
 * Whether gradients are more than what rounding leaves: two numbers that are standardised, weights or currents, have none.
 */
export function hasGradients(network: NetworkDescription, size: number): boolean {
  return resolveNetwork(network).every(({ spec, input, output: { shape } }) => {
    if (spec.kind === 'conv') return (spec as ConvSpec).kernel ** 2 * input.shape[2] >= 8;
    return (spec.kind !== 'mfp' && spec.kind !== 'lif') || size * network.steps * shape[0] * shape[1] >= 12;
  });
}
