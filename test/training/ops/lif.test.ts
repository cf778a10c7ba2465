import { beforeAll, describe, expect, it } from 'vitest';
import type { Tensor } from '@tensorflow/tfjs';
import { selectBackend, tf } from '../../../src/training/index.ts';
import { lif } from '../../../src/training/ops/lif.ts';
import { spike } from '../../../src/training/ops/spike.ts';

beforeAll(async () => {
  await selectBackend({ prefer: 'wasm' });
});

/** Eq. 1 to 3 step by step, left to automatic differentiation. */
function unrolled(u: Tensor, decay: number, voltage: number): Tensor {
  const [steps, neurons] = u.shape as [number, number];
  let membrane: Tensor = tf.zeros([1, neurons]);
  const spikes = Array.from({ length: steps }, (_, t) => {
    const drive = tf.slice(u, [t, 0], [1, neurons]);
    const potential = tf.add(tf.mul(membrane, decay), drive);
    const fired = spike(tf.sub(potential, voltage), { gamma: 1 });
    membrane = tf.mul(potential, tf.sub(1, fired));
    return fired;
  });
  return tf.concat(spikes, 0);
}

describe('the LIF neuron in training', () => {
  it.each([
    [1, 0.5],
    [4, 0.5],
    [7, 0.9375],
    [3, 0],
  ])('T = %i, decay %f: value and gradient of the recurrence', (steps, decay) => {
    tf.tidy(() => {
      const u = tf.randomNormal([steps, 40], 0.4, 0.7, 'float32', 3);
      const weights = tf.randomNormal([steps, 40], 0, 1, 'float32', 4);
      const through = (f: (x: Tensor) => Tensor): number[][] => {
        const { value, grad } = tf.valueAndGrad((x: Tensor) => tf.sum(tf.mul(f(x), weights)))(u);
        return [[...f(u).dataSync()], [...value.dataSync()], [...grad.dataSync()]];
      };
      const [spikes, value, gradient] = through((x) => lif(x, { decay, voltage: 1, gamma: 1 }));
      const [expected, expectedValue, expectedGradient] = through((x) => unrolled(x, decay, 1));
      expect(spikes).toEqual(expected);
      expect(spikes!.some((fired) => fired === 1)).toBe(true);
      expect(value![0]).toBeCloseTo(expectedValue![0]!, 4);
      gradient!.forEach((entry, i) => expect(entry).toBeCloseTo(expectedGradient![i]!, 4));
    });
  });
});
