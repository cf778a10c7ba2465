/**
 * Mixing over time. Currents x are integers in float32, so A = sum of K[t,i] x_i is exact in any order, and
 * fround(fround(gain A) + offset) >= voltage is the very rule that models are folded by (src/network/neuron/folding.ts).
 */

/** As src/training/engine/mfp-rule.ts writes it: 32-bit words in this order. */
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
  /** Room for 8 T vectors, then sums in float32 `[T * T, 4]` and `[2, channels]`. */
  scratch: usize;
}

/** Groups of four vectors are of type u32, those of two of type u16; two steps are of type u16, one is of type u8. */
export const FOUR = 4;
export const TWO = 2;

/**
 * A of a group of channels in step t, and in t + 1, `step` behind it. Vectors of a group and both steps share what they load, and
 * their sums stay in registers; what the later step adds beyond its reach are products with 0.
 */
// @ts-ignore: decorator
@inline
function accumulateSteps<Group, Steps>(n: Neurons, x: usize, frameBytes: usize, t: i32, to: usize, step: usize): void {
  const next: usize = sizeof<Steps>() == TWO ? 16 * <usize>n.steps : 0;
  let i = max(0, t - n.reach + 1);
  let mixing = n.mixing + 16 * <usize>(t * n.steps + i);
  let at = x + <usize>i * frameBytes;
  let a = f32x4.splat(0);
  let b = a;
  let c = a;
  let d = a;
  let e = a;
  let f = a;
  let g = a;
  let h = a;
  for (; i <= t; i++) {
    const k = v128.load(mixing);
    const l = v128.load(mixing + next);
    let value = v128.load(at);
    a = f32x4.add(a, f32x4.mul(k, value));
    if (sizeof<Steps>() == TWO) e = f32x4.add(e, f32x4.mul(l, value));
    value = v128.load(at, 16);
    b = f32x4.add(b, f32x4.mul(k, value));
    if (sizeof<Steps>() == TWO) f = f32x4.add(f, f32x4.mul(l, value));
    if (sizeof<Group>() == FOUR) {
      value = v128.load(at, 32);
      c = f32x4.add(c, f32x4.mul(k, value));
      if (sizeof<Steps>() == TWO) g = f32x4.add(g, f32x4.mul(l, value));
      value = v128.load(at, 48);
      d = f32x4.add(d, f32x4.mul(k, value));
      if (sizeof<Steps>() == TWO) h = f32x4.add(h, f32x4.mul(l, value));
    }
    mixing += 16;
    at += frameBytes;
  }
  v128.store(to, a);
  v128.store(to, b, 16);
  if (sizeof<Group>() == FOUR) {
    v128.store(to, c, 32);
    v128.store(to, d, 48);
  }
  if (sizeof<Steps>() == TWO) {
    const last = v128.load(mixing + next);
    v128.store(to + step, f32x4.add(e, f32x4.mul(last, v128.load(at))));
    v128.store(to + step, f32x4.add(f, f32x4.mul(last, v128.load(at, 16))), 16);
    if (sizeof<Group>() == FOUR) {
      v128.store(to + step, f32x4.add(g, f32x4.mul(last, v128.load(at, 32))), 32);
      v128.store(to + step, f32x4.add(h, f32x4.mul(last, v128.load(at, 48))), 48);
    }
  }
}

/** A of a group of channels in all steps, `step` bytes apart. */
// @ts-ignore: decorator
@inline
export function accumulate<Group>(n: Neurons, x: usize, frameBytes: usize, to: usize, step: usize): void {
  let t = 0;
  for (; t + 1 < n.steps; t += 2) {
    accumulateSteps<Group, u16>(n, x, frameBytes, t, to, step);
    to += 2 * step;
  }
  if (t < n.steps) accumulateSteps<Group, u8>(n, x, frameBytes, t, to, step);
}
