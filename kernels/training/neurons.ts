/**
 * The MFP neuron behind its batch norm. Currents x are integers in float32, so A = sum of K[t,i] x_i is exact, and
 * fround(fround(gain A) + offset) >= voltage is the very rule that models are folded by (src/network/neuron/folding.ts).
 */
import { addDoubles } from './currents';

/** As src/training/engine/neuron-stage.ts writes it: 32-bit words in this order. */
@unmanaged
export class Neurons {
  steps: i32;
  height: i32;
  width: i32;
  /** Filled up to a multiple of 8. */
  channels: i32;
  /** How many steps M reaches over: entries with t - i >= reach are 0. */
  reach: i32;
  /** K, each entry four times: `[T, T, 4]`. */
  mixing: usize;
  /** M, in the same form. */
  matrix: usize;
  /** `[channels]`, of A. */
  gain: usize;
  /** `[T, channels]`. */
  offset: usize;
  /** Four times each: `[T, 4]`. */
  voltage: usize;
  /** What potentials minus voltages are worth (a_t, tau_tt, else 1), four times each: `[T, 4]`. */
  factor: usize;
  /** u = driveGain x + driveBias, `[channels]` each. */
  driveGain: usize;
  driveBias: usize;
  /** Room for 2 T vectors, then sums in float32 `[T * T, 4]` and `[2, channels]`. */
  scratch: usize;
}

/** A of four channels in step t. */
// @ts-ignore: decorator
@inline
function accumulated(n: Neurons, x: usize, frameBytes: usize, t: i32): v128 {
  let sum = f32x4.splat(0);
  let i = max(0, t - n.reach + 1);
  let mixing = n.mixing + 16 * <usize>(t * n.steps + i);
  let at = x + <usize>i * frameBytes;
  for (; i <= t; i++) {
    sum = f32x4.add(sum, f32x4.mul(v128.load(mixing), v128.load(at)));
    mixing += 16;
    at += frameBytes;
  }
  return sum;
}

// @ts-ignore: decorator
@inline
function potential(n: Neurons, x: usize, frameBytes: usize, t: i32, c: usize): v128 {
  const sum = accumulated(n, x + 4 * c, frameBytes, t);
  const offset = v128.load(n.offset + 4 * (c + <usize>(t * n.channels)));
  return f32x4.add(f32x4.mul(sum, v128.load(n.gain + 4 * c)), offset);
}

/**
 * Spikes of one sample.
 *
 * @param x currents `[T, pixels, channels]`.
 * @param spikes bytes of 0 and 1 in the same order.
 */
export function fire(n: Neurons, x: usize, spikes: usize): void {
  const pixels = n.height * n.width;
  const values = <usize>(pixels * n.channels);
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let c: usize = 0; c < <usize>n.channels; c += 8) {
      for (let t = 0; t < n.steps; t++) {
        const voltage = v128.load(n.voltage + 16 * t);
        const low = f32x4.ge(potential(n, x, 4 * values, t, c), voltage);
        const high = f32x4.ge(potential(n, x, 4 * values, t, c + 4), voltage);
        const bytes = i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(low, high), low);
        v128.store64_lane(spikes + <usize>t * values + c, v128.and(bytes, i8x16.splat(1)), 0);
      }
    }
    x += 4 * <usize>n.channels;
    spikes += <usize>n.channels;
  }
}

/**
 * Gradients of one sample: of the drives, and sums for M and batch norm.
 *
 * @param x currents `[T, pixels, channels]`.
 * @param dSpikes gradient at the spikes, in the same order.
 * @param dDrive receives the gradient at u; a frame has one more row.
 * @param sums float64, added to: dM `[T, T, 4]` (the sum of four is the entry), then the sums of du and of du x,
 * `[channels]` each.
 */
export function driveGradient(n: Neurons, x: usize, dSpikes: usize, dDrive: usize, sums: usize): void {
  const rowBytes: usize = 4 * <usize>n.channels;
  const frameBytes = <usize>(n.height * n.width) * rowBytes;
  const outBytes = frameBytes + rowBytes;
  const dPotential = n.scratch;
  const drives = dPotential + 16 * n.steps;
  const dMatrix = drives + 16 * n.steps;
  const dSum = dMatrix + 16 * n.steps * n.steps;
  const rowSums: usize = 2 * rowBytes + 16 * <usize>(n.steps * n.steps);
  for (let row = 0; row < n.height; row++) {
    memory.fill(dMatrix, 0, rowSums);
    for (let column = 0; column < n.width; column++) {
      for (let c: usize = 0; c < <usize>n.channels; c += 4) {
        const at: usize = 4 * c;
        const gain = v128.load(n.driveGain + at);
        const bias = v128.load(n.driveBias + at);
        for (let t = 0; t < n.steps; t++) {
          const h = potential(n, x, frameBytes, t, c);
          const over = f32x4.mul(f32x4.sub(h, v128.load(n.voltage + 16 * t)), v128.load(n.factor + 16 * t));
          const slope = f32x4.max(f32x4.sub(f32x4.splat(1), f32x4.abs(over)), f32x4.splat(0));
          const frame = <usize>t * frameBytes + at;
          v128.store(dPotential + 16 * t, f32x4.mul(slope, v128.load(dSpikes + frame)));
          v128.store(drives + 16 * t, f32x4.add(f32x4.mul(gain, v128.load(x + frame)), bias));
        }
        let sum = f32x4.splat(0);
        let product = f32x4.splat(0);
        for (let i = 0; i < n.steps; i++) {
          let du = f32x4.splat(0);
          const end = min(n.steps, i + n.reach);
          const drive = v128.load(drives + 16 * i);
          let entry: usize = 16 * <usize>(i * n.steps + i);
          for (let t = i; t < end; t++) {
            const dh = v128.load(dPotential + 16 * t);
            du = f32x4.add(du, f32x4.mul(v128.load(n.matrix + entry), dh));
            v128.store(dMatrix + entry, f32x4.add(v128.load(dMatrix + entry), f32x4.mul(dh, drive)));
            entry += 16 * n.steps;
          }
          v128.store(dDrive + <usize>i * outBytes + at, du);
          sum = f32x4.add(sum, du);
          product = f32x4.add(product, f32x4.mul(du, v128.load(x + <usize>i * frameBytes + at)));
        }
        v128.store(dSum + at, f32x4.add(v128.load(dSum + at), sum));
        v128.store(dSum + rowBytes + at, f32x4.add(v128.load(dSum + rowBytes + at), product));
      }
      x += rowBytes;
      dSpikes += rowBytes;
      dDrive += rowBytes;
    }
    for (let at: usize = 0; at < rowSums; at += 16) addDoubles(sums + 2 * at, v128.load(dMatrix + at));
  }
}

/**
 * Batch norm's gradient of one frame, in place: du becomes the gradient at the current, du a + x b + c. The row behind
 * the frame becomes 0.
 *
 * @param affine a, b and c, `[3, channels]`.
 */
export function currentGradient(x: usize, dDrive: usize, pixels: i32, channels: i32, affine: usize): void {
  const rowBytes: usize = 4 * <usize>channels;
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let c: usize = 0; c < rowBytes; c += 16) {
      const onX = f32x4.mul(v128.load(x + c), v128.load(affine + rowBytes + c));
      const onDrive = f32x4.mul(v128.load(dDrive + c), v128.load(affine + c));
      v128.store(dDrive + c, f32x4.add(f32x4.add(onDrive, onX), v128.load(affine + 2 * rowBytes + c)));
    }
    x += rowBytes;
    dDrive += rowBytes;
  }
  memory.fill(dDrive, 0, rowBytes);
}
