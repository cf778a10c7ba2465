/** The resetting leaky neuron behind its batch norm: H = decay U + u, S = Θ(H - voltage), U = H (1 - S). */
import { addDoubles } from './currents';

/** As src/training/engine/lif-rule.ts writes it: 32-bit words in this order. */
@unmanaged
export class Lif {
  steps: i32;
  height: i32;
  width: i32;
  /** Filled up to a multiple of 8. */
  channels: i32;
  decay: f32;
  voltage: f32;
  /** u = driveGain x + driveBias, `[channels]` each. */
  driveGain: usize;
  driveBias: usize;
  /** Room for T vectors, then sums in float32 `[2, channels]`. */
  scratch: usize;
}

/** Potential of four channels, from what was left of the one before. */
// @ts-ignore: decorator
@inline
function potential(n: Lif, x: usize, c: usize, membrane: v128): v128 {
  const drive = f32x4.add(
    f32x4.mul(v128.load(n.driveGain + 4 * c), v128.load(x)),
    v128.load(n.driveBias + 4 * c),
  );
  return f32x4.add(f32x4.mul(membrane, f32x4.splat(n.decay)), drive);
}

/** Membranes of four channels; 0 where nothing is carried. */
// @ts-ignore: decorator
@inline
function carried(from: usize, at: usize): v128 {
  return from == 0 ? f32x4.splat(0) : v128.load(from + at);
}

/** Spikes of eight channels of one pixel. @param at of its membranes. */
// @ts-ignore: decorator
@inline
function fireEight(n: Lif, x: usize, values: usize, c: usize, spikes: usize, before: usize, after: usize, at: usize): void {
  const voltage = f32x4.splat(n.voltage);
  let a = carried(before, at);
  let b = carried(before, at + 16);
  for (let t = 0; t < n.steps; t++) {
    const low = potential(n, x, c, a);
    const high = potential(n, x + 16, c + 4, b);
    const lowFires = f32x4.ge(low, voltage);
    const highFires = f32x4.ge(high, voltage);
    a = v128.andnot(low, lowFires);
    b = v128.andnot(high, highFires);
    const words = i16x8.narrow_i32x4_s(lowFires, highFires);
    v128.store64_lane(spikes, v128.and(i8x16.narrow_i16x8_s(words, words), i8x16.splat(1)), 0);
    x += 4 * values;
    spikes += values;
  }
  if (after == 0) return;
  v128.store(after + at, a);
  v128.store(after + at, b, 16);
}

/**
 * Spikes of some pixels of one sample.
 *
 * @param x currents `[T, pixels, channels]`.
 * @param spikes bytes of 0 and 1 in the same order.
 * @param before membranes behind the step before, `[pixels, channels]`; address 0: there was none.
 * @param after receives those behind the last step; address 0: nobody wants them.
 */
export function fireLif(
  n: Lif,
  x: usize,
  spikes: usize,
  first: i32,
  end: i32,
  before: usize,
  after: usize,
): void {
  const channels = <usize>n.channels;
  const values = <usize>(n.height * n.width) * channels;
  let at = 4 * <usize>first * channels;
  x += at;
  spikes += <usize>first * channels;
  for (let pixel = first; pixel < end; pixel++) {
    for (let c: usize = 0; c < channels; c += 8) {
      fireEight(n, x + 4 * c, values, c, spikes + c, before, after, at + 4 * c);
    }
    at += 4 * channels;
    x += 4 * channels;
    spikes += channels;
  }
}

/** Gradients of four channels of one pixel, back through time and reset. @param at of what is carried. */
// @ts-ignore: decorator
@inline
function gradientFour(
  n: Lif,
  x: usize,
  frameBytes: usize,
  c: usize,
  dSpikes: usize,
  dDrive: usize,
  sums: usize,
  before: usize,
  behind: usize,
  at: usize,
): void {
  const rowBytes: usize = 4 * <usize>n.channels;
  const voltage = f32x4.splat(n.voltage);
  const one = f32x4.splat(1);
  const decay = f32x4.splat(n.decay);
  let membrane = carried(before, at);
  for (let t = 0; t < n.steps; t++) {
    const h = potential(n, x + <usize>t * frameBytes, c, membrane);
    v128.store(n.scratch + 16 * t, h);
    membrane = v128.andnot(h, f32x4.ge(h, voltage));
  }
  let later = carried(behind, at);
  let sum = v128.load(sums + 4 * c);
  let product = v128.load(sums + rowBytes + 4 * c);
  for (let t = n.steps - 1; t >= 0; t--) {
    const h = v128.load(n.scratch + 16 * t);
    const slope = f32x4.max(f32x4.sub(one, f32x4.abs(f32x4.sub(h, voltage))), f32x4.splat(0));
    // dU/dH = 1 - S - H Θ'
    const silent = v128.andnot(one, f32x4.ge(h, voltage));
    const kept = f32x4.mul(f32x4.sub(silent, f32x4.mul(h, slope)), decay);
    const direct = f32x4.mul(v128.load(dSpikes + <usize>t * frameBytes), slope);
    later = f32x4.add(direct, f32x4.mul(later, kept));
    v128.store(dDrive + <usize>t * (frameBytes + rowBytes), later);
    sum = f32x4.add(sum, later);
    product = f32x4.add(product, f32x4.mul(later, v128.load(x + <usize>t * frameBytes)));
  }
  v128.store(sums + 4 * c, sum);
  v128.store(sums + rowBytes + 4 * c, product);
  if (behind != 0) v128.store(behind + at, later);
}

/**
 * Gradients of some rows of one sample: of the drives, and sums for batch norm.
 *
 * @param x currents `[T, pixels, channels]`.
 * @param dSpikes gradient at the spikes, in the same order.
 * @param dDrive receives the gradient at u; a frame has one more row.
 * @param sums receives float64: the sums of du and of du x, `[channels]` each.
 * @param before as {@link fireLif} had it.
 * @param behind gradient at u of the step behind the last one, `[pixels, channels]`, and receives that of the first one;
 * address 0: there is none, and nobody wants it.
 */
export function lifDriveGradient(
  n: Lif,
  x: usize,
  dSpikes: usize,
  dDrive: usize,
  sums: usize,
  firstRow: i32,
  endRow: i32,
  before: usize,
  behind: usize,
): void {
  const channels = <usize>n.channels;
  const rowBytes: usize = 4 * channels;
  const frameBytes = <usize>(n.height * n.width) * rowBytes;
  const partial = n.scratch + 16 * n.steps;
  let at = <usize>(firstRow * n.width) * rowBytes;
  x += at;
  dSpikes += at;
  dDrive += at;
  memory.fill(sums, 0, 4 * rowBytes);
  for (let row = firstRow; row < endRow; row++) {
    memory.fill(partial, 0, 2 * rowBytes);
    for (let column = 0; column < n.width; column++) {
      for (let c: usize = 0; c < channels; c += 4) {
        const to = dDrive + 4 * c;
        gradientFour(n, x + 4 * c, frameBytes, c, dSpikes + 4 * c, to, partial, before, behind, at + 4 * c);
      }
      at += rowBytes;
      x += rowBytes;
      dSpikes += rowBytes;
      dDrive += rowBytes;
    }
    for (let at: usize = 0; at < 2 * rowBytes; at += 16) addDoubles(sums + 2 * at, v128.load(partial + at));
  }
}
