/** 1-bit weights: IR-Net's standardised signs, their gradient (EDE), and Adam. Rows are `[channels]`, a multiple of 8. */
import { pin } from '../pin';
import { addDoubles } from './currents';

/**
 * Sums of some channels over all rows, in the order of the rows.
 *
 * @param first of the channels, which end before `end`; both are multiples of 8.
 * @param sums float64 `[channels]`.
 */
export function sumColumns(weights: usize, rows: i32, channels: i32, first: i32, end: i32, sums: usize): void {
  memory.fill(sums + 8 * <usize>first, 0, 8 * <usize>(end - first));
  for (let row = 0; row < rows; row++) {
    for (let c = first; c < end; c += 4) addDoubles(sums + 8 * <usize>c, v128.load(weights + 4 * <usize>c));
    weights += 4 * <usize>channels;
  }
}

/** Adds the squares of two float64. */
// @ts-ignore: decorator
@inline
function addSquares(to: usize, values: v128): void {
  v128.store(to, f64x2.add(v128.load(to), f64x2.mul(values, values)));
}

/**
 * Signs of some channels' weights about their centre, and sums over what is left of them in the order of the rows.
 *
 * @param first of the channels, which end before `end`; both are multiples of 8.
 * @param centres `[channels]`.
 * @param signs receives int16 -1 or +1 `[rows, channels]`; sign(0) = +1.
 * @param sums receives float64 `[2, channels]`: of squares and of magnitudes.
 */
export function centre(
  weights: usize,
  rows: i32,
  channels: i32,
  first: i32,
  end: i32,
  centres: usize,
  signs: usize,
  sums: usize,
): void {
  const magnitudes = sums + 8 * <usize>channels;
  memory.fill(sums + 8 * <usize>first, 0, 8 * <usize>(end - first));
  memory.fill(magnitudes + 8 * <usize>first, 0, 8 * <usize>(end - first));
  const one = i16x8.splat(1);
  const rest = <usize>(channels - end + first);
  weights += 4 * <usize>first;
  signs += 2 * <usize>first;
  for (let row = 0; row < rows; row++) {
    for (let c = first; c < end; c += 4) {
      const value = f32x4.sub(v128.load(weights), v128.load(centres + 4 * c));
      const minus = f32x4.lt(value, f32x4.splat(0));
      // -1 where it is negative, else 0 | 1
      v128.store64_lane(signs, v128.or(i16x8.narrow_i32x4_s(minus, minus), one), 0);
      addSquares(sums + 8 * c, f64x2.promote_low_f32x4(value));
      addSquares(sums + 8 * c + 16, f64x2.promote_low_f32x4(v128.shuffle<i32>(value, value, 2, 3, 2, 3)));
      addDoubles(magnitudes + 8 * c, f32x4.abs(value));
      weights += 16;
      signs += 8;
    }
    weights += 4 * rest;
    signs += 2 * rest;
  }
}

/**
 * From the gradient of the codes to that of the latent weights, in place. The sign's slope is EDE's k t (1 - tanh²(t s)),
 * s the standardised weight; then come standardising and centring.
 *
 * @param gradient `[rows, channels]`.
 * @param scales float32 `[2, channels]`: the weights' centres and 1 / deviation.
 * @param fan rows - 1, at least 1.
 * @param first of the channels that are computed; threads share them out. Both are multiples of 8.
 * @param sums room for float32 `[2, channels]`.
 * @param spare 16 bytes of the thread.
 */
export function signGradient(
  gradient: usize,
  weights: usize,
  rows: i32,
  channels: i32,
  first: i32,
  end: i32,
  scales: usize,
  t: f32,
  k: f32,
  fan: f32,
  sums: usize,
  spare: usize,
): void {
  const rowBytes: usize = 4 * <usize>channels;
  const firstByte: usize = 4 * <usize>first;
  const endByte: usize = 4 * <usize>end;
  const products = sums + rowBytes;
  const inverse = scales + rowBytes;
  const one = pin(f32x4.splat(1), spare);
  const twice = pin(f32x4.splat(-2 * t), spare);
  const least = pin(f32x4.splat(-80), spare);
  const fourTimes = pin(f32x4.splat(4 * k * t), spare);
  const log2e = pin(f32x4.splat(1.44269504), spare);
  const ln2High = pin(f32x4.splat(0.693359375), spare);
  const ln2Low = pin(f32x4.splat(-2.1219444e-4), spare);
  const p5 = pin(f32x4.splat(1.98756915e-4), spare);
  const p4 = pin(f32x4.splat(1.3981999507e-3), spare);
  const p3 = pin(f32x4.splat(8.3334519073e-3), spare);
  const p2 = pin(f32x4.splat(4.1665795894e-2), spare);
  const p1 = pin(f32x4.splat(1.6666665459e-1), spare);
  const p0 = pin(f32x4.splat(5.0000001201e-1), spare);
  const ones = pin(f32x4.splat(12582912), spare);
  memory.fill(sums + firstByte, 0, endByte - firstByte);
  memory.fill(products + firstByte, 0, endByte - firstByte);
  let at = gradient + firstByte;
  let from = weights + firstByte;
  const rest = rowBytes - (endByte - firstByte);
  for (let row = 0; row < rows; row++) {
    for (let c = firstByte; c < endByte; c += 16) {
      const s = f32x4.mul(f32x4.sub(v128.load(from), v128.load(scales + c)), v128.load(inverse + c));
      // 1 - tanh²(x) = 4 e / (1 + e)² with e = exp(-2 |x|), within 2 units in the last place (the polynomial of Cephes).
      const x = f32x4.max(f32x4.mul(f32x4.abs(s), twice), least);
      // Rounded by a sum whose lowest bit counts ones: its bits are n's too.
      const shifted = f32x4.add(f32x4.mul(x, log2e), ones);
      const n = f32x4.sub(shifted, ones);
      const r = f32x4.sub(f32x4.sub(x, f32x4.mul(n, ln2High)), f32x4.mul(n, ln2Low));
      let p = f32x4.add(f32x4.mul(p5, r), p4);
      p = f32x4.add(f32x4.mul(p, r), p3);
      p = f32x4.add(f32x4.mul(p, r), p2);
      p = f32x4.add(f32x4.mul(p, r), p1);
      p = f32x4.add(f32x4.mul(p, r), p0);
      p = f32x4.add(f32x4.add(f32x4.mul(f32x4.mul(p, r), r), r), one);
      const e = i32x4.add(p, i32x4.shl(shifted, 23));
      const below = f32x4.add(one, e);
      const slope = f32x4.div(f32x4.mul(fourTimes, e), f32x4.mul(below, below));
      const ds = f32x4.mul(v128.load(at), slope);
      v128.store(at, ds);
      v128.store(sums + c, f32x4.add(v128.load(sums + c), ds));
      v128.store(products + c, f32x4.add(v128.load(products + c), f32x4.mul(ds, s)));
      at += 16;
      from += 16;
    }
    at += rest;
    from += rest;
  }
  // Standardised weights have a mean of 0, so only the mean of ds is left to take away.
  for (let c = firstByte; c < endByte; c += 16) {
    v128.store(sums + c, f32x4.div(v128.load(sums + c), f32x4.splat(<f32>rows)));
    v128.store(products + c, f32x4.div(v128.load(products + c), f32x4.splat(fan)));
  }
  at = gradient + firstByte;
  from = weights + firstByte;
  for (let row = 0; row < rows; row++) {
    for (let c = firstByte; c < endByte; c += 16) {
      const scale = v128.load(inverse + c);
      const s = f32x4.mul(f32x4.sub(v128.load(from), v128.load(scales + c)), scale);
      const left = f32x4.sub(
        f32x4.sub(v128.load(at), v128.load(sums + c)),
        f32x4.mul(s, v128.load(products + c)),
      );
      v128.store(at, f32x4.mul(left, scale));
      at += 16;
      from += 16;
    }
    at += rest;
    from += rest;
  }
}

/** The largest magnitude. @param count a multiple of 4. */
export function largest(weights: usize, count: i32): f32 {
  let most = f32x4.splat(0);
  for (const end = weights + 4 * count; weights < end; weights += 16) {
    most = f32x4.max(most, f32x4.abs(v128.load(weights)));
  }
  const half = f32x4.max(most, v128.shuffle<i32>(most, most, 2, 3, 0, 1));
  return max(f32x4.extract_lane(half, 0), f32x4.extract_lane(half, 1));
}

/** Codes round(w / alpha), half to even, between -127 and 127. */
export function quantise(weights: usize, count: i32, alpha: f32, codes: usize): void {
  for (const end = weights + 4 * count; weights < end; weights += 16) {
    const code = f32x4.nearest(f32x4.div(v128.load(weights), f32x4.splat(alpha)));
    v128.store(codes, f32x4.max(f32x4.splat(-127), f32x4.min(f32x4.splat(127), code)));
    codes += 16;
  }
}

/**
 * One step of Adam, without weight decay.
 *
 * @param count a multiple of 4.
 * @param firstScale 1 / (1 - β₁ⁿ), secondScale 1 / (1 - β₂ⁿ).
 */
export function adam(
  weights: usize,
  gradient: usize,
  first: usize,
  second: usize,
  count: i32,
  rate: f32,
  beta1: f32,
  beta2: f32,
  firstScale: f32,
  secondScale: f32,
  epsilon: f32,
): void {
  for (let at: usize = 0; at < 4 * <usize>count; at += 16) {
    const g = v128.load(gradient + at);
    const m = f32x4.add(
      f32x4.mul(v128.load(first + at), f32x4.splat(beta1)),
      f32x4.mul(g, f32x4.splat(1 - beta1)),
    );
    const v = f32x4.add(
      f32x4.mul(v128.load(second + at), f32x4.splat(beta2)),
      f32x4.mul(f32x4.mul(g, g), f32x4.splat(1 - beta2)),
    );
    v128.store(first + at, m);
    v128.store(second + at, v);
    const below = f32x4.add(f32x4.sqrt(f32x4.mul(v, f32x4.splat(secondScale))), f32x4.splat(epsilon));
    const step = f32x4.div(f32x4.mul(m, f32x4.splat(firstScale)), below);
    v128.store(weights + at, f32x4.sub(v128.load(weights + at), f32x4.mul(step, f32x4.splat(rate))));
  }
}

/**
 * The offsets that `signInputGradient` looks up, from the signs of {@link centre}; one chunk of channels.
 *
 * @param rows taps * input channels.
 * @param first of the channels whose tables are in memory at a time, which end before `end`.
 */
export function packIndex(signs: usize, rows: i32, channels: i32, first: i32, end: i32, index: usize): void {
  for (let row = 0; row < rows; row++) {
    for (let c = first; c < end; c += 4) {
      const four = load<u64>(signs + 2 * (row * channels + c));
      const minus = ((four >> 15) & 1) | ((four >> 30) & 2) | ((four >> 45) & 4) | ((four >> 60) & 8);
      store<u16>(index, <u16>(32 * (minus ^ 15)));
      index += 2;
    }
  }
}
