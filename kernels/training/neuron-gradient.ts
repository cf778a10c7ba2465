/** The gradient of MFP neurons and their batch norm. */
import { addDoubles } from './currents';
import { FOUR, Neurons, TWO, accumulate } from './mixing';

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

/**
 * M transposed times the potentials' gradients: the drives' gradients of step i, and of step i + 1. Both steps share what they
 * load; what the earlier one gets beyond its reach are products with 0.
 */
// @ts-ignore: decorator
@inline
function driveSteps<Group, Steps>(
  n: Neurons,
  dPotentials: usize,
  i: i32,
  x: usize,
  frameBytes: usize,
  dDrive: usize,
  outBytes: usize,
  dSum: usize,
  rowBytes: usize,
): void {
  const step: usize = 16 * sizeof<Group>();
  const steps = n.steps;
  let entry = n.matrix + 16 * <usize>(i * steps + i);
  let dh = dPotentials + step * i;
  const m = v128.load(entry);
  let a = f32x4.mul(m, v128.load(dh));
  let b = f32x4.mul(m, v128.load(dh, 16));
  let d = f32x4.mul(m, v128.load(dh, sizeof<Group>() == FOUR ? 32 : 0));
  let e = f32x4.mul(m, v128.load(dh, sizeof<Group>() == FOUR ? 48 : 0));
  let f = f32x4.splat(0);
  let g = f;
  let h = f;
  let j = f;
  const reach = sizeof<Steps>() == TWO ? n.reach + 1 : n.reach;
  const end = dPotentials + step * min(steps, i + reach);
  for (dh += step, entry += 16 * steps; dh < end; dh += step) {
    const k = v128.load(entry);
    const l = v128.load(entry, 16);
    let value = v128.load(dh);
    a = f32x4.add(a, f32x4.mul(k, value));
    if (sizeof<Steps>() == TWO) f = f32x4.add(f, f32x4.mul(l, value));
    value = v128.load(dh, 16);
    b = f32x4.add(b, f32x4.mul(k, value));
    if (sizeof<Steps>() == TWO) g = f32x4.add(g, f32x4.mul(l, value));
    if (sizeof<Group>() == FOUR) {
      value = v128.load(dh, 32);
      d = f32x4.add(d, f32x4.mul(k, value));
      if (sizeof<Steps>() == TWO) h = f32x4.add(h, f32x4.mul(l, value));
      value = v128.load(dh, 48);
      e = f32x4.add(e, f32x4.mul(k, value));
      if (sizeof<Steps>() == TWO) j = f32x4.add(j, f32x4.mul(l, value));
    }
    entry += 16 * steps;
  }
  const from = x + <usize>i * frameBytes;
  const du = dDrive + <usize>i * outBytes;
  addDrives<Group>(a, b, d, e, from, du, dSum, rowBytes);
  if (sizeof<Steps>() == TWO) addDrives<Group>(f, g, h, j, from + frameBytes, du + outBytes, dSum, rowBytes);
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
  accumulate<Group>(n, x, frameBytes, to, step);
  for (let t = 0; t < steps; t++) {
    const drive = to + step * steps;
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
  let i = 0;
  for (; i + 1 < steps; i += 2) {
    driveSteps<Group, u16>(n, dPotentials, i, x, frameBytes, dDrive, outBytes, dSum, rowBytes);
  }
  if (i < steps) driveSteps<Group, u8>(n, dPotentials, i, x, frameBytes, dDrive, outBytes, dSum, rowBytes);
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

/** A group's. */
// @ts-ignore: decorator
@inline
function addDrives<Group>(
  a: v128,
  b: v128,
  c: v128,
  d: v128,
  x: usize,
  to: usize,
  sums: usize,
  rowBytes: usize,
): void {
  addDrive(a, x, to, sums, rowBytes);
  addDrive(b, x + 16, to + 16, sums + 16, rowBytes);
  if (sizeof<Group>() == FOUR) {
    addDrive(c, x + 32, to + 32, sums + 32, rowBytes);
    addDrive(d, x + 48, to + 48, sums + 48, rowBytes);
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
