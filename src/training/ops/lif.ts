/** Leaky integrate-and-fire neurons along time: with a surrogate gradient for training, in integers for evaluation. */
import { DECAY_PARTS, type LifRule } from '../../network/index.ts';
import { tf, type Tensor } from '../tf.ts';
import { heaviside, triangle } from './spike.ts';

/** All in the unit of the drive. */
export interface LifOptions {
  /** What is left of a membrane after a step. */
  readonly decay: number;
  readonly voltage: number;
  /** Width of the surrogate. */
  readonly gamma: number;
}

/**
 * H[t] = decay · U[t-1] + u[t], S = Θ(H - voltage) with Θ(0) = 1, U = H (1 - S).
 *
 * Backwards through time with the triangle for Θ'. The reset is part of the gradient (SpikingJelly's default, and
 * TET's): dU/dH = 1 - S - H Θ'(H - voltage).
 *
 * @param u `[T, N]`.
 * @returns spikes `[T, N]`.
 */
export function lif(u: Tensor, { decay, voltage, gamma }: LifOptions): Tensor {
  return tf.customGrad((x, save) => {
    const drives = tf.unstack(x as Tensor);
    const potentials: Tensor[] = [];
    let membrane: Tensor | undefined;
    for (const drive of drives) {
      const potential: Tensor = membrane === undefined ? drive : tf.add(tf.mul(membrane, decay), drive);
      potentials.push(potential);
      membrane = tf.mul(potential, tf.sub(1, heaviside(tf.sub(potential, voltage))));
    }
    const all = tf.stack(potentials);
    (save as unknown as (tensors: Tensor[]) => void)([all]);
    return {
      value: heaviside(tf.sub(all, voltage)),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const above = tf.sub(saved[0]!, voltage);
        const slope = triangle(above, gamma);
        const kept = tf.sub(tf.sub(1, heaviside(above)), tf.mul(saved[0]!, slope));
        const direct = tf.unstack(tf.mul(dy, slope));
        const carried = tf.unstack(tf.mul(kept, decay));
        const gradients: Tensor[] = [];
        let later: Tensor | undefined;
        for (let t = direct.length - 1; t >= 0; t--) {
          later = later === undefined ? direct[t]! : tf.add(direct[t]!, tf.mul(later, carried[t]!));
          gradients.unshift(later);
        }
        return tf.stack(gradients);
      },
    };
  })(u);
}

/**
 * What is left of integer membranes, rounded half up. Split in two so that no product leaves the integers that
 * float32 holds: U = 16 q + r gives q m + floor((r m + 8) / 16).
 */
function leak(membrane: Tensor, parts: number): Tensor {
  const whole = tf.floor(tf.mul(membrane, 1 / DECAY_PARTS));
  const rest = tf.sub(membrane, tf.mul(whole, DECAY_PARTS));
  return tf.add(tf.mul(whole, parts), tf.floor(tf.add(tf.mul(rest, parts / DECAY_PARTS), 0.5)));
}

/**
 * The integer neuron in float32, before thresholds are made: fires iff `gain * H >= voltage`.
 *
 * @param currents integers `[T, N, channels]`.
 * @returns spikes `[T, N, channels]`.
 */
export function lifFires(currents: Tensor, { parts, scale, bias, gain, voltage }: LifRule): Tensor {
  const drives = tf.add(
    tf.mul(currents, tf.tensor1d(Float32Array.from(scale))),
    tf.tensor1d(Float32Array.from(bias)),
  );
  const units = tf.tensor1d(gain);
  let membrane: Tensor | undefined;
  const spikes = tf.unstack(drives).map((drive) => {
    const potential: Tensor = membrane === undefined ? drive : tf.add(leak(membrane, parts), drive);
    const fires = tf.cast(tf.greaterEqual(tf.mul(potential, units), voltage), 'float32');
    membrane = tf.mul(potential, tf.sub(1, fires));
    return fires;
  });
  return tf.stack(spikes);
}
