import process from 'node:process';
import { beforeAll, describe, expect, it } from 'vitest';
import { describePlain } from '../../../src/network/index.ts';
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import { selectBackend, tf, trainNetwork } from '../../../src/training/index.ts';
import { batchNormTrain } from '../../../src/training/ops/batch-norm.ts';
import { mixTime } from '../../../src/training/ops/mix-time.ts';
import { spike } from '../../../src/training/ops/spike.ts';
import { sumPool } from '../../../src/training/ops/sum-pool.ts';
import { framewise } from '../../helpers/temporal-tasks.ts';

const listeners = [process.listenerCount('uncaughtException'), process.listenerCount('unhandledRejection')];

beforeAll(async () => {
  await selectBackend({ prefer: 'wasm' });
});

type Inputs = readonly Tensor[];

/** Gradients of the sum of `f` weighted by fixed numbers, on one backend. */
async function gradients(
  backend: string,
  shapes: readonly number[][],
  f: (...inputs: Tensor[]) => Tensor,
): Promise<number[][]> {
  await tf.setBackend(backend);
  const inputs: Inputs = shapes.map((shape, i) => tf.randomNormal(shape, 0, 1, 'float32', 7 + i));
  const results = tf.tidy(() =>
    tf.grads((...args: Tensor[]) => {
      const y = f(...args);
      return tf.sum(tf.mul(y, tf.randomNormal(y.shape, 0, 1, 'float32', 99)));
    })([...inputs]),
  );
  const values = await Promise.all(results.map(async (tensor) => [...(await tensor.data())]));
  tf.dispose([...inputs, ...results]);
  await tf.setBackend('wasm');
  return values;
}

function expectClose(actual: number[][], expected: number[][], tolerance = 2e-3): void {
  actual.forEach((values, i) => {
    const scale = Math.max(1, ...expected[i]!.map(Math.abs));
    values.forEach((value, k) => expect(Math.abs(value - expected[i]![k]!) / scale).toBeLessThan(tolerance));
  });
}

describe('kernels that the wasm backend lacks or has wrong, against the cpu backend', () => {
  const cases = [1, 2, 3, 5].flatMap((kernel) =>
    [1, 2, 3].flatMap((stride) =>
      (['same', 'valid'] as const).map((padding) => ({ kernel, stride, padding })),
    ),
  );
  it.each(cases)(
    'conv2d $kernel x $kernel, stride $stride, $padding',
    async ({ kernel, stride, padding }) => {
      for (const channels of [2, 6]) {
        const shapes = [
          [2, 9, 7, channels],
          [kernel, kernel, channels, 3],
        ];
        const convolve = (x: Tensor, w: Tensor): Tensor =>
          tf.conv2d(x as Tensor4D, w as Tensor4D, stride, padding);
        expectClose(await gradients('wasm', shapes, convolve), await gradients('cpu', shapes, convolve));
      }
    },
  );

  it.each([
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ])('matMul, transposed %s %s', async (ta, tb) => {
    const shapes = [ta ? [4, 3] : [3, 4], tb ? [5, 4] : [4, 5]];
    const multiply = (a: Tensor, b: Tensor): Tensor => tf.matMul(a, b, ta, tb);
    expectClose(await gradients('wasm', shapes, multiply), await gradients('cpu', shapes, multiply));
  });

  it('the same numbers in another shape do not abort matMul', async () => {
    const b = tf.tensor2d([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], [2, 6]);
    tf.matMul(tf.eye(2), b).dispose();
    const reshaped = tf.matMul(tf.eye(6), tf.reshape(b, [6, 2]) as Tensor2D);
    expect([...(await reshaped.data())]).toEqual([...(await b.data())]);
  });

  it('pooling, gather', async () => {
    const pools = [
      (x: Tensor) => tf.avgPool(x as Tensor4D, 2, 2, 'valid'),
      (x: Tensor) => tf.avgPool(x as Tensor4D, 3, 1, 'same'),
      (x: Tensor) => tf.maxPool(tf.neg(tf.abs(x)) as Tensor4D, 2, 2, 'valid'),
      (x: Tensor) => tf.gather(tf.reshape(x, [7, -1]), tf.tensor1d([0, 3, 3, 6], 'int32')),
    ];
    for (const pool of pools)
      expectClose(
        await gradients('wasm', [[1, 7, 7, 2]], pool),
        await gradients('cpu', [[1, 7, 7, 2]], pool),
      );
  });

  it('max pooling of spikes gives the gradient to one of those that fired, or to one of a silent window', async () => {
    await tf.setBackend('wasm');
    const spikes = tf.cast(tf.less(tf.randomUniform([2, 7, 6, 3], 0, 1, 'float32', 3), 0.3), 'float32');
    const slope = tf.grad((x: Tensor) => tf.sum(tf.maxPool(x as Tensor4D, 2, 2, 'valid')))(spikes);
    const pooled = tf.maxPool(spikes as Tensor4D, 2, 2, 'valid');
    const kept = sumPool(slope as Tensor4D, [2, 2]);
    const fired = sumPool(tf.mul(slope, spikes) as Tensor4D, [2, 2]);
    expect(new Set(await kept.data())).toEqual(new Set([1]));
    expect([...(await fired.data())]).toEqual([...(await pooled.data())]);
  });

  it('leaves the process its own error handlers', () => {
    expect([process.listenerCount('uncaughtException'), process.listenerCount('unhandledRejection')]).toEqual(
      listeners,
    );
  });
});

/** Central differences of the same weighted sum. */
async function finiteDifferences(
  shapes: readonly number[][],
  f: (...inputs: Tensor[]) => Tensor,
): Promise<number[][]> {
  const inputs = await Promise.all(
    shapes.map(async (shape, i) =>
      Float32Array.from(await tf.randomNormal(shape, 0, 1, 'float32', 7 + i).data()),
    ),
  );
  const value = (): number =>
    tf.tidy(() => {
      const y = f(...inputs.map((data, i) => tf.tensor(data, [...shapes[i]!])));
      return tf.sum(tf.mul(y, tf.randomNormal(y.shape, 0, 1, 'float32', 99))).dataSync()[0]!;
    });
  const step = 1e-2;
  return inputs.map((data) =>
    Array.from(data, (x, k) => {
      data[k] = x + step;
      const above = value();
      data[k] = x - step;
      const below = value();
      data[k] = x;
      return (above - below) / (2 * step);
    }),
  );
}

describe('gradients by hand against finite differences', () => {
  it('mixing along time', async () => {
    const mix = (x: Tensor, m: Tensor): Tensor => mixTime(x as Tensor2D, m as Tensor2D);
    const shapes = [
      [4, 6],
      [4, 4],
    ];
    expectClose(await gradients('wasm', shapes, mix), await finiteDifferences(shapes, mix), 1e-2);
  });

  it('batch norm with a weight scale', async () => {
    const norm = (x: Tensor, gamma: Tensor, beta: Tensor): Tensor => {
      const { y, mean, variance } = batchNormTrain(
        x as Tensor2D,
        tf.tensor1d([0.5, 2]),
        gamma as Tensor1D,
        beta as Tensor1D,
        1e-5,
      );
      tf.dispose([mean, variance]);
      return y;
    };
    const shapes = [[12, 2], [2], [2]];
    expectClose(await gradients('wasm', shapes, norm), await finiteDifferences(shapes, norm), 1e-2);
  });

  it.each([
    [2, 2],
    [1, 4],
    [4, 2],
  ])('sums over windows of %i x %i, a ragged border left out', async (height, width) => {
    const pool = (x: Tensor): Tensor => sumPool(x as Tensor4D, [height, width]);
    expectClose(
      await gradients('wasm', [[1, 5, 4, 2]], pool),
      await finiteDifferences([[1, 5, 4, 2]], pool),
      1e-2,
    );
  });

  it('sums of integers are integers, whatever the window', async () => {
    for (const size of [3, 5, 6, 7, 11]) {
      const x = tf.randomUniform([1, 2 * size, size, 64], 0, 1000, 'int32', 5);
      const expected = tf.sum(tf.reshape(x, [2, size * size, 64]), 1);
      const sums = sumPool(tf.cast(x, 'float32') as Tensor4D, [size, size]);
      expect([...(await sums.data())]).toEqual([...(await expected.data())]);
    }
  });

  it('a spike: Θ(0) = 1 forwards, the triangle backwards', async () => {
    const v = tf.tensor1d([-2, -0.5, -0, 0, 0.25, 1, 3]);
    expect([...(await spike(v, { gamma: 1 }).data())]).toEqual([0, 0, 1, 1, 1, 1, 1]);
    const slope = tf.grad((x: Tensor) => tf.sum(spike(x, { gamma: 1 })))(v);
    expect([...(await slope.data())]).toEqual([0, 0.5, 1, 1, 0.75, 0, 0]);
  });
});

describe('training', () => {
  const network = describePlain('check', [3, 'AP2', 4], {
    steps: 3,
    height: 4,
    width: 4,
    classes: ['0', '1', '2'],
    neuron: { kind: 'mfp', structure: 'full' },
  });
  const plan = {
    network,
    epochs: 2,
    batchSize: 8,
    learningRate: 0.01,
    seed: 5,
    tetLambda: 1e-3,
    maxShift: 1,
    data: 'check',
  };
  const samples = framewise(24, 3, 3, 4);

  it('gives the same losses to 4 decimals on cpu and wasm, and leaves no tensors behind', async () => {
    const losses: number[][] = [];
    for (const prefer of ['cpu', 'wasm'] as const) {
      await selectBackend({ prefer });
      const before = tf.memory().numTensors;
      const { history } = await trainNetwork(plan, samples);
      expect(tf.memory().numTensors).toBe(before);
      losses.push(history.map(({ loss }) => loss));
    }
    losses[0]!.forEach((loss, i) => expect(losses[1]![i]).toBeCloseTo(loss, 4));
  });
});
