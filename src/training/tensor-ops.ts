/** The training graph's operations in TensorFlow.js; layers are written against the interface. */
import type { TensorOps, QuantisedWeights } from '../network/index.ts';
import { NORM_EPSILON } from '../network/index.ts';
import { batchNormTrain } from './ops/batch-norm.ts';
import { lif, lifFires } from './ops/lif.ts';
import { mixTime } from './ops/mix-time.ts';
import { spike } from './ops/spike.ts';
import { sumPool } from './ops/sum-pool.ts';
import type { EdeSlope } from './schedule.ts';
import { tf, type Tensor } from './tf.ts';

/** Width of the triangular surrogate gradient. */
const SURROGATE_GAMMA = 1;

/** Gets the statistics of each batch norm during a forward pass. The tensors belong to the receiver. */
export type StatisticsSink = (key: string, mean: Tensor, variance: Tensor) => void;

/** What an epoch sets. */
export interface TensorOpsOptions {
  readonly steps: number;
  readonly ede: EdeSlope;
  readonly onStatistics?: StatisticsSink;
}

/** Rounds with the gradient of the identity, scaled. */
function roundStraightThrough(own: Tensor): Tensor {
  return tf.customGrad((x) => ({ value: tf.round(x as Tensor), gradFunc: (dy: Tensor) => dy }))(own);
}

/** sign with sign(0) = +1: `tf.step` is strict and `tf.sign(0)` is 0. */
function signs(x: Tensor): Tensor {
  return tf.sub(1, tf.mul(2, tf.step(tf.neg(x))));
}

function edeSigns({ t, k }: EdeSlope): (x: Tensor) => Tensor {
  return tf.customGrad((x, save) => {
    (save as (tensors: Tensor[]) => void)([x as Tensor]);
    return {
      value: signs(x as Tensor),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const slope = tf.sub(1, tf.square(tf.tanh(tf.mul(saved[0]!, t))));
        return tf.mul(dy, tf.mul(slope, k * t));
      },
    };
  }) as (x: Tensor) => Tensor;
}

/** Makes the operations for one epoch. */
export function createTensorOps({ steps, ede, onStatistics }: TensorOpsOptions): TensorOps<Tensor> {
  const binarySigns = edeSigns(ede);
  return {
    conv2d: (x, weights, stride, padding) =>
      tf.conv2d(x as Tensor & { rank: 4 } as never, weights as never, stride, padding),
    sumPool: (x, window) => sumPool(x as never, window),
    maxPool: (x, size) => tf.maxPool(x as never, size, size, 'valid'),
    dense: (x, weights) => tf.matMul(tf.reshape(x, [x.shape[0], -1]), weights),
    binarise: (latent): QuantisedWeights<Tensor> => {
      const channels = latent.shape.at(-1)!;
      const rows = tf.reshape(latent, [-1, channels]);
      const fan = rows.shape[0];
      const centred = tf.sub(rows, tf.mean(rows, 0));
      const deviation = tf.sqrt(tf.div(tf.sum(tf.square(centred), 0), Math.max(1, fan - 1)));
      const standardised = tf.div(centred, tf.maximum(deviation, 1e-12));
      const exponent = tf.round(tf.div(tf.log(tf.mean(tf.abs(standardised), 0)), Math.LN2));
      return {
        codes: tf.reshape(binarySigns(standardised), latent.shape),
        alpha: detach(tf.pow(2, exponent)),
      };
    },
    quantise8: (latent) => {
      const alpha = detach(tf.div(tf.max(tf.abs(latent)), 127));
      return { codes: roundStraightThrough(tf.div(latent, alpha)), alpha: tf.reshape(alpha, [1]) };
    },
    batchNorm: (key, current, scale, { gamma, beta }) => {
      const channels = current.shape.at(-1)!;
      const rows = tf.reshape(current, [-1, channels]);
      const scales = tf.mul(scale, tf.ones([channels]));
      const { y, mean, variance } = batchNormTrain(
        rows as never,
        scales as never,
        gamma as never,
        beta as never,
        NORM_EPSILON,
      );
      onStatistics?.(key, mean, variance);
      return tf.reshape(y, current.shape);
    },
    mixTime: (u, matrix) =>
      tf.reshape(mixTime(tf.reshape(u, [steps, -1]) as never, matrix as never), u.shape),
    spike: (potential, voltage) => spike(tf.sub(potential, voltage), { gamma: SURROGATE_GAMMA }),
    lif: (u, decay, voltage) =>
      tf.reshape(lif(tf.reshape(u, [steps, -1]), { decay, voltage, gamma: SURROGATE_GAMMA }), u.shape),
    roundFixed: (x, bits) => tf.div(roundStraightThrough(tf.mul(x, 2 ** bits)), 2 ** bits),
    softplus: (x) => tf.softplus(x),
    add: (a, b) => tf.add(a, b),
    mul: (a, b) => tf.mul(a, b),
    reshape: (x, shape) => tf.reshape(x, [...shape]),
    constant: (values, shape) => tf.tensor(values, [...shape]),
    fires: (accumulated, gain, offset, voltage) => {
      const channels = gain.length;
      const currents = tf.reshape(accumulated, [steps, -1, channels]);
      const drive = tf.add(tf.mul(currents, tf.tensor1d(gain)), tf.tensor3d(offset, [steps, 1, channels]));
      const fired = tf.greaterEqual(drive, tf.tensor3d(voltage, [steps, 1, 1]));
      return tf.reshape(tf.cast(fired, 'float32'), accumulated.shape);
    },
    lifFires: (current, rule) =>
      tf.reshape(lifFires(tf.reshape(current, [steps, -1, rule.gain.length]), rule), current.shape),
  };
}

function detach(own: Tensor): Tensor {
  return tf.customGrad((x) => ({
    value: tf.clone(x as Tensor),
    gradFunc: (dy: Tensor) => tf.zerosLike(dy),
  }))(own);
}
