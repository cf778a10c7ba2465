/**
 * The MFP neuron behind its batch norm. Currents x are integers in float32, so A = sum of K[t,i] x_i is exact, and
 * fround(fround(gain A) + offset) >= voltage is the very rule that models are folded by (src/network/neuron/folding.ts).
 */
import { addDoubles } from './currents';

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

/**
 * A of a group of channels in step t, to `to`. Vectors of a group share what they load of M, and their sums stay
 * in registers.
 */
// @ts-ignore: decorator
@inline
function accumulate<Group>(n: Neurons, x: usize, frameBytes: usize, t: i32, to: usize): void {
  let i = max(0, t - n.reach + 1);
  let mixing = n.mixing + 16 * <usize>(t * n.steps + i);
  let at = x + <usize>i * frameBytes;
  let a = f32x4.splat(0);
  let b = f32x4.splat(0);
  let c = f32x4.splat(0);
  let d = f32x4.splat(0);
  for (; i <= t; i++) {
    const k = v128.load(mixing);
    a = f32x4.add(a, f32x4.mul(k, v128.load(at)));
    b = f32x4.add(b, f32x4.mul(k, v128.load(at, 16)));
    if (sizeof<Group>() == FOUR) {
      c = f32x4.add(c, f32x4.mul(k, v128.load(at, 32)));
      d = f32x4.add(d, f32x4.mul(k, v128.load(at, 48)));
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
}

/** Groups of four vectors are of type u32, those of two of type u16. */
const FOUR = 4;

// @ts-ignore: decorator
@inline
function fires(sum: usize, gain: usize, offset: usize, voltage: v128): v128 {
  return f32x4.ge(f32x4.add(f32x4.mul(v128.load(sum), v128.load(gain)), v128.load(offset)), voltage);
}

/** Spikes of a group of channels of one pixel. */
// @ts-ignore: decorator
@inline
function fireGroup<Group>(n: Neurons, x: usize, values: usize, c: usize, spikes: usize): void {
  const sum = n.scratch;
  const gain = n.gain + 4 * c;
  let offset = n.offset + 4 * c;
  for (let t = 0; t < n.steps; t++) {
    const voltage = v128.load(n.voltage + 16 * t);
    accumulate<Group>(n, x, 4 * values, t, sum);
    const a = fires(sum, gain, offset, voltage);
    const b = fires(sum + 16, gain + 16, offset + 16, voltage);
    const low = i16x8.narrow_i32x4_s(a, b);
    if (sizeof<Group>() == FOUR) {
      const c = fires(sum + 32, gain + 32, offset + 32, voltage);
      const d = fires(sum + 48, gain + 48, offset + 48, voltage);
      const bytes = i8x16.narrow_i16x8_s(low, i16x8.narrow_i32x4_s(c, d));
      v128.store(spikes, v128.and(bytes, i8x16.splat(1)));
    } else {
      v128.store64_lane(spikes, v128.and(i8x16.narrow_i16x8_s(low, low), i8x16.splat(1)), 0);
    }
    spikes += values;
    offset += 4 * <usize>n.channels;
  }
}

/**
 * Spikes of some pixels of one sample.
 *
 * @param x currents `[T, pixels, channels]`.
 * @param spikes bytes of 0 and 1 in the same order.
 */
export function fire(n: Neurons, x: usize, spikes: usize, first: i32, end: i32): void {
  const channels = <usize>n.channels;
  const values = <usize>(n.height * n.width) * channels;
  x += 4 * <usize>first * channels;
  spikes += <usize>first * channels;
  for (let pixel = first; pixel < end; pixel++) {
    let c: usize = 0;
    for (; c + 16 <= channels; c += 16) fireGroup<u32>(n, x + 4 * c, values, c, spikes + c);
    if (c < channels) fireGroup<u16>(n, x + 4 * c, values, c, spikes + c);
    x += 4 * channels;
    spikes += channels;
  }
}

/** Gradient at the potential, in the place of A, and the drive, of four channels in one step. */
// @ts-ignore: decorator
@inline
function potentialGradient(
  gain: usize,
  offset: usize,
  voltage: v128,
  factor: v128,
  driveGain: usize,
  driveBias: usize,
  x: usize,
  dSpikes: usize,
  dPotential: usize,
  drive: usize,
): void {
  const h = f32x4.add(f32x4.mul(v128.load(dPotential), v128.load(gain)), v128.load(offset));
  const over = f32x4.mul(f32x4.sub(h, voltage), factor);
  const slope = f32x4.max(f32x4.sub(f32x4.splat(1), f32x4.abs(over)), f32x4.splat(0));
  v128.store(dPotential, f32x4.mul(slope, v128.load(dSpikes)));
  v128.store(drive, f32x4.add(f32x4.mul(v128.load(driveGain), v128.load(x)), v128.load(driveBias)));
}

/** Gradients of a group of channels of one pixel. */
// @ts-ignore: decorator
@inline
function groupGradient<Group>(
  n: Neurons,
  x: usize,
  frameBytes: usize,
  c: usize,
  dSpikes: usize,
  dDrive: usize,
  sums: usize,
): void {
  const step: usize = 16 * sizeof<Group>();
  const steps = n.steps;
  const dPotentials = n.scratch;
  const drives = dPotentials + step * steps;
  // Addresses are kept here: behind a store, what the block says would be read again.
  const gain = n.gain + 4 * c;
  const driveGain = n.driveGain + 4 * c;
  const driveBias = n.driveBias + 4 * c;
  const offsetBytes: usize = 4 * <usize>n.channels;
  let offset = n.offset + 4 * c;
  let voltages = n.voltage;
  let factors = n.factor;
  let at = x;
  let g = dSpikes;
  let to = dPotentials;
  for (let t = 0; t < steps; t++) {
    const drive = to + step * steps;
    accumulate<Group>(n, x, frameBytes, t, to);
    const v = v128.load(voltages);
    const f = v128.load(factors);
    potentialGradient(gain, offset, v, f, driveGain, driveBias, at, g, to, drive);
    potentialGradient(gain + 16, offset + 16, v, f, driveGain + 16, driveBias + 16, at + 16, g + 16, to + 16, drive + 16);
    if (sizeof<Group>() == FOUR) {
      potentialGradient(gain + 32, offset + 32, v, f, driveGain + 32, driveBias + 32, at + 32, g + 32, to + 32, drive + 32);
      potentialGradient(gain + 48, offset + 48, v, f, driveGain + 48, driveBias + 48, at + 48, g + 48, to + 48, drive + 48);
    }
    offset += offsetBytes;
    voltages += 16;
    factors += 16;
    at += frameBytes;
    g += frameBytes;
    to += step;
  }
  // M transposed, and the sums of the batch norm.
  const rowBytes: usize = 4 * <usize>n.channels;
  const outBytes = frameBytes + rowBytes;
  const dSum = sums + 16 * steps * steps + 4 * c;
  for (let i = 0; i < steps; i++) {
    let a = f32x4.splat(0);
    let b = f32x4.splat(0);
    let d = f32x4.splat(0);
    let e = f32x4.splat(0);
    let entry = n.matrix + 16 * <usize>(i * steps + i);
    let dh = dPotentials + step * i;
    for (const end = dPotentials + step * min(steps, i + n.reach); dh < end; dh += step) {
      const m = v128.load(entry);
      a = f32x4.add(a, f32x4.mul(m, v128.load(dh)));
      b = f32x4.add(b, f32x4.mul(m, v128.load(dh, 16)));
      if (sizeof<Group>() == FOUR) {
        d = f32x4.add(d, f32x4.mul(m, v128.load(dh, 32)));
        e = f32x4.add(e, f32x4.mul(m, v128.load(dh, 48)));
      }
      entry += 16 * steps;
    }
    const from = x + <usize>i * frameBytes;
    const du = dDrive + <usize>i * outBytes;
    addDrive(a, from, du, dSum, rowBytes);
    addDrive(b, from + 16, du + 16, dSum + 16, rowBytes);
    if (sizeof<Group>() == FOUR) {
      addDrive(d, from + 32, du + 32, dSum + 32, rowBytes);
      addDrive(e, from + 48, du + 48, dSum + 48, rowBytes);
    }
  }
  // dM[t, i] is the sum over neurons of dH[t] u[i].
  for (let t = 0; t < steps; t++) {
    const dh = dPotentials + step * t;
    const a = v128.load(dh);
    const b = v128.load(dh, 16);
    const d = v128.load(dh, sizeof<Group>() == FOUR ? 32 : 0);
    const e = v128.load(dh, sizeof<Group>() == FOUR ? 48 : 0);
    let i = max(0, t - n.reach + 1);
    let entry = sums + 16 * <usize>(t * steps + i);
    let drive = drives + step * i;
    for (; i <= t; i++) {
      let sum = f32x4.add(f32x4.mul(a, v128.load(drive)), f32x4.mul(b, v128.load(drive, 16)));
      if (sizeof<Group>() == FOUR) {
        const more = f32x4.add(f32x4.mul(d, v128.load(drive, 32)), f32x4.mul(e, v128.load(drive, 48)));
        sum = f32x4.add(sum, more);
      }
      v128.store(entry, f32x4.add(v128.load(entry), sum));
      entry += 16;
      drive += step;
    }
  }
}

/** Writes the gradient at four drives, and adds it to the sums of their channels. */
// @ts-ignore: decorator
@inline
function addDrive(du: v128, x: usize, to: usize, sums: usize, rowBytes: usize): void {
  v128.store(to, du);
  v128.store(sums, f32x4.add(v128.load(sums), du));
  const products = sums + rowBytes;
  v128.store(products, f32x4.add(v128.load(products), f32x4.mul(du, v128.load(x))));
}

/**
 * Gradients of some rows of one sample: of the drives, and sums for M and batch norm.
 *
 * @param x currents `[T, pixels, channels]`.
 * @param dSpikes gradient at the spikes, in the same order.
 * @param dDrive receives the gradient at u; a frame has one more row.
 * @param sums receives float64: dM `[T, T, 4]` (the sum of four is the entry), then the sums of du and of du x,
 * `[channels]` each.
 */
export function driveGradient(
  n: Neurons,
  x: usize,
  dSpikes: usize,
  dDrive: usize,
  sums: usize,
  firstRow: i32,
  endRow: i32,
): void {
  const channels = <usize>n.channels;
  const rowBytes: usize = 4 * channels;
  const frameBytes = <usize>(n.height * n.width) * rowBytes;
  const partial = n.scratch + 128 * n.steps;
  const partialBytes: usize = 2 * rowBytes + 16 * <usize>(n.steps * n.steps);
  const before = <usize>(firstRow * n.width) * rowBytes;
  x += before;
  dSpikes += before;
  dDrive += before;
  memory.fill(sums, 0, 2 * partialBytes);
  for (let row = firstRow; row < endRow; row++) {
    memory.fill(partial, 0, partialBytes);
    for (let column = 0; column < n.width; column++) {
      let c: usize = 0;
      for (; c + 16 <= channels; c += 16) {
        groupGradient<u32>(n, x + 4 * c, frameBytes, c, dSpikes + 4 * c, dDrive + 4 * c, partial);
      }
      if (c < channels) groupGradient<u16>(n, x + 4 * c, frameBytes, c, dSpikes + 4 * c, dDrive + 4 * c, partial);
      x += rowBytes;
      dSpikes += rowBytes;
      dDrive += rowBytes;
    }
    for (let at: usize = 0; at < partialBytes; at += 16) addDoubles(sums + 2 * at, v128.load(partial + at));
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
