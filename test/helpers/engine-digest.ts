/** A training run whose weights must have the same bits everywhere. */
import { describePlain } from '../../src/network/index.ts';
import { edeSlope } from '../../src/training/schedule.ts';
import { TrainingEngine, type GradientOptions } from '../../src/training/engine/index.ts';
import { randomBatch } from './training-batches.ts';

/** What {@link engineDigest} gives on every machine, in Node and in a browser. */
export const ENGINE_DIGEST = '8ebc60c8';
/** The same with {@link ROUNDED}. */
export const ROUNDED_DIGEST = 'dc9e5941';

/** Gradients of powers of two, counters in the layers behind more than 12 channels. */
export const ROUNDED: GradientOptions = { gradients: 'power-of-two', countersFrom: 16 };

/** Trains a few steps, and hashes all weights and moments (FNV-1a over their bytes). */
export async function engineDigest(
  options: GradientOptions & { readonly threads?: number } = {},
): Promise<string> {
  const network = describePlain('digest', [12, 'AP2', 24, 'MP2', 16], {
    steps: 4,
    height: 10,
    width: 9,
    classes: ['a', 'b', 'c'],
    neuron: { kind: 'mfp', structure: 'rank1' },
  });
  const engine = new TrainingEngine({ network, batchSize: 3, seed: 1, tetLambda: 1e-3, ...options });
  for (let step = 0; step < 6; step++)
    await engine.step(randomBatch(network, 3, step), 5e-3, edeSlope(step, 6));
  const numbers = [
    ...Object.values(engine.snapshot()).flatMap((own) => Object.values(own)),
    ...engine.optimiser().moments,
  ];
  engine.dispose();
  let hash = 0x811c9dc5;
  for (const values of numbers) {
    for (const byte of new Uint8Array(values.buffer)) hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return (hash >>> 0).toString(16);
}
