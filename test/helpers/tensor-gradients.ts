/** Gradients of TensorFlow.js's trainer, on the backend that is selected, beside those of something else. */
import type { Tensor } from '@tensorflow/tfjs';
import { expect } from 'vitest';
import type { SampleBatch } from '../../operators/index.ts';
import type { NetworkDescription, NetworkParameters } from '../../src/network/index.ts';
import {
  classShares,
  createTensorOps,
  edeSlope,
  inputTensor,
  tetLoss,
  tf,
  TrainableNetwork,
  type EdeSlope,
} from '../../src/training/index.ts';

/** What these tests train with. */
export const LAMBDA = 0.05;
export const EDE: EdeSlope = edeSlope(2, 5);

/** Every layer's gradients by name. */
export type AnyGradients = Readonly<Record<string, Readonly<Record<string, ArrayLike<number>>>>>;

const largestOf = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/**
 * No entry may differ by more than a share of the largest of its parameter, or of a hundredth of the largest of all (at
 * least 0.01): batch norm takes from a convolution's gradient what lies along its output, which may be nearly all, and
 * the rounding of what it was stays.
 */
export function expectClose(actual: NetworkParameters, expected: AnyGradients, share: number): void {
  const most = Object.values(expected).flatMap((own) => Object.values(own).map(largestOf));
  const floor = 0.01 * Math.max(1, ...most);
  for (const [id, own] of Object.entries(expected)) {
    for (const [name, values] of Object.entries(own)) {
      const got = actual[id]?.[name];
      expect({ id, name, length: got?.length }).toEqual({ id, name, length: values.length });
      const largest = Math.max(floor, largestOf(values));
      Array.from(values).forEach((value, i) => {
        const off = Math.abs(got![i]! - value) / largest;
        if (!(off <= share)) expect({ id, name, i, got: got![i], value, off }).toBeNull();
      });
    }
  }
}

/** Real logits `[T*B, classes]` of a network. */
export type TensorForward = (network: TrainableNetwork, input: Tensor) => Tensor;

/** The trainer's own forward pass: all time steps at once. */
function parallel({ steps }: NetworkDescription): TensorForward {
  const ops = createTensorOps({ steps, ede: EDE });
  return (network, input) => network.forward(ops, input);
}

/** See {@link expectTensors}. */
export interface TensorOptions {
  readonly forward?: TensorForward;
  readonly classWeights?: readonly number[] | undefined;
}

/** Compares a batch's loss and gradients with those that TensorFlow.js makes of the same parameters. */
export function expectTensors(
  network: NetworkDescription,
  parameters: NetworkParameters,
  batch: SampleBatch,
  { loss, gradients }: { readonly loss: number; readonly gradients: NetworkParameters },
  { forward = parallel(network), classWeights }: TensorOptions = {},
): void {
  const oracle = new TrainableNetwork(network, 1);
  oracle.restore(parameters);
  const input = inputTensor(batch, network);
  const shares = classShares(batch, network.classes.length);
  const { value, grads } = tf.variableGrads(
    () => tetLoss(forward(oracle, input), shares, network.steps, LAMBDA, classWeights).asScalar(),
    oracle.trainable,
  );
  expect(Math.abs(loss - value.dataSync()[0]!)).toBeLessThan(1e-5);
  const tensors = Object.values(grads);
  let at = 0;
  const expected = Object.fromEntries(
    Object.entries(gradients).map(([id, own]) => [
      id,
      Object.fromEntries(Object.keys(own).map((name) => [name, tensors[at++]!.dataSync()])),
    ]),
  );
  expect(at).toBe(tensors.length);
  expectClose(gradients, expected, 1e-3);
  oracle.dispose();
  tf.dispose([input, value, ...tensors]);
}
