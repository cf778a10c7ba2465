/** Spikes of MFP neurons behind their batch norm. */
import { FOUR, Neurons, accumulate } from './mixing';

// @ts-ignore: decorator
@inline
function fires(sum: usize, gain: usize, offset: usize, voltage: v128): v128 {
  return f32x4.ge(f32x4.add(f32x4.mul(v128.load(sum), v128.load(gain)), v128.load(offset)), voltage);
}

/** Spikes of a group of channels of one pixel. */
// @ts-ignore: decorator
@inline
function fireGroup<Group>(n: Neurons, x: usize, values: usize, c: usize, spikes: usize): void {
  const step: usize = 16 * sizeof<Group>();
  const gain = n.gain + 4 * c;
  let sum = n.scratch;
  let offset = n.offset + 4 * c;
  accumulate<Group>(n, x, 4 * values, sum, step);
  for (let t = 0; t < n.steps; t++) {
    const voltage = v128.load(n.voltage + 16 * t);
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
    sum += step;
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
