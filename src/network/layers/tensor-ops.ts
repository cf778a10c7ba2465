/**
 * The tensor operations that a layer's training graph is written with. `src/training` implements them
 * with TensorFlow.js; the network room itself depends on no tensor library. Activations are
 * `[T*B, height, width, channels]`, time-major.
 */

import type { LifRule } from '../neuron/lif.ts';

/** Quantised weights: integer codes, and the real value of one code step per output channel. */
export interface QuantisedWeights<Tensor> {
  readonly codes: Tensor;
  /** Shape `[channels]`, a constant for the gradient. */
  readonly alpha: Tensor;
}

/** Batch-norm parameters of a layer during training. */
export interface NormTensors<Tensor> {
  readonly gamma: Tensor;
  readonly beta: Tensor;
}

/** See the file comment. All functions are differentiable unless they say otherwise. */
export interface TensorOps<Tensor> {
  /** Stride and zero padding as in the description; weights `[kernel, kernel, in, out]`. */
  conv2d(x: Tensor, weights: Tensor, stride: number, padding: 'same' | 'valid'): Tensor;
  /** Sum over windows that tile the map; a ragged border is left out. */
  sumPool(x: Tensor, window: readonly [height: number, width: number]): Tensor;
  /** Largest value of windows of `size` x `size` that tile the map; a ragged border is left out. */
  maxPool(x: Tensor, size: number): Tensor;
  /** `[n, …] -> [n, features] x [features, units]`, flattening height, width, channels in this order. */
  dense(x: Tensor, weights: Tensor): Tensor;
  /** 1-bit codes -1/+1 with the IR-Net straight-through gradient (EDE), sign(0) = +1. */
  binarise(latent: Tensor): QuantisedWeights<Tensor>;
  /** 8-bit codes round(w / alpha), alpha = max|w| / 127, half to even, straight-through gradient. */
  quantise8(latent: Tensor): QuantisedWeights<Tensor>;
  /**
   * Batch norm of `scale * current` over all axes but the last with batch statistics. Hands mean and
   * variance of the integer current to the trainer under `key`.
   */
  batchNorm(key: string, current: Tensor, scale: Tensor, norm: NormTensors<Tensor>): Tensor;
  /** H = M · u along time: every element's T values are multiplied by the T x T matrix. */
  mixTime(u: Tensor, matrix: Tensor): Tensor;
  /** Θ(H - voltage) with Θ(0) = 1 and a surrogate gradient. */
  spike(potential: Tensor, voltage: number): Tensor;
  /**
   * The resetting neuron along time: H = decay · U + u, S = Θ(H - voltage) with Θ(0) = 1, U = H (1 - S), and a
   * surrogate gradient through time and reset.
   */
  lif(u: Tensor, decay: number, voltage: number): Tensor;
  /** Round to multiples of 2^-fractionBits, half to even, straight-through gradient. */
  roundFixed(x: Tensor, fractionBits: number): Tensor;
  softplus(x: Tensor): Tensor;
  add(a: Tensor, b: Tensor): Tensor;
  mul(a: Tensor, b: Tensor): Tensor;
  reshape(x: Tensor, shape: readonly number[]): Tensor;
  constant(values: Float32Array, shape: readonly number[]): Tensor;
  /**
   * Not differentiable: `gain * a + offset >= voltage` in float32, each operation rounded on its own, as 0
   * or 1. `gain [channels]`, `offset [T, channels]`, `voltage [T]`.
   */
  fires(accumulated: Tensor, gain: Float32Array, offset: Float32Array, voltage: Float32Array): Tensor;
  /**
   * Not differentiable: spikes of the resetting neuron on integer currents, its membranes exact integers and
   * `gain * H >= voltage` in float32.
   */
  lifFires(current: Tensor, rule: LifRule): Tensor;
}
