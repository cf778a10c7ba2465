/** Pools over windows that tile the map, and where their gradients go. Maps are bytes, channels a multiple of 8 or 2. */

/** As src/training/engine/pool-stage.ts writes it: 32-bit words in this order. */
@unmanaged
export class Pool {
  inHeight: i32;
  inWidth: i32;
  outHeight: i32;
  outWidth: i32;
  windowHeight: i32;
  windowWidth: i32;
  channels: i32;
}

/** Sums of each window, at most 255. */
export function sumPool(pool: Pool, from: usize, to: usize): void {
  join<bool>(pool, from, to);
}

/** Largest of each window. */
export function maxPool(pool: Pool, from: usize, to: usize): void {
  join<u8>(pool, from, to);
}

/** @param Rule `bool` for sums, `u8` for the largest. */
function join<Rule>(pool: Pool, from: usize, to: usize): void {
  const channels = <usize>pool.channels;
  for (let y = 0; y < pool.outHeight; y++) {
    for (let x = 0; x < pool.outWidth; x++) {
      const corner = from + <usize>(y * pool.windowHeight * pool.inWidth + x * pool.windowWidth) * channels;
      memory.fill(to, 0, channels);
      for (let wy = 0; wy < pool.windowHeight; wy++) {
        for (let wx = 0; wx < pool.windowWidth; wx++) {
          const pixel = corner + <usize>(wy * pool.inWidth + wx) * channels;
          let c: usize = 0;
          for (; c + 8 <= channels; c += 8) {
            const joined = v128.load64_zero(to + c);
            const value = v128.load64_zero(pixel + c);
            const next = isBoolean<Rule>() ? i8x16.add(joined, value) : i8x16.max_u(joined, value);
            v128.store64_lane(to + c, next, 0);
          }
          for (; c < channels; c++) {
            const joined = load<u8>(to + c);
            const value = load<u8>(pixel + c);
            store<u8>(to + c, isBoolean<Rule>() ? joined + value : max(joined, value));
          }
        }
      }
      to += channels;
    }
  }
}

/** Each value of a window gets its sum's gradient, those of a ragged border none. */
export function sumPoolGradient(pool: Pool, g: usize, to: usize): void {
  const rowBytes: usize = 4 * <usize>pool.channels;
  for (let y = 0; y < pool.inHeight; y++) {
    const outY = y / pool.windowHeight;
    for (let x = 0; x < pool.inWidth; x++) {
      const outX = x / pool.windowWidth;
      if (outY < pool.outHeight && outX < pool.outWidth) {
        memory.copy(to, g + <usize>(outY * pool.outWidth + outX) * rowBytes, rowBytes);
      } else memory.fill(to, 0, rowBytes);
      to += rowBytes;
    }
  }
}

/** The first of the largest values of a window gets its gradient. */
export function maxPoolGradient(pool: Pool, map: usize, pooled: usize, g: usize, to: usize): void {
  const channels = pool.channels;
  memory.fill(to, 0, 4 * pool.inHeight * pool.inWidth * channels);
  for (let y = 0; y < pool.outHeight; y++) {
    for (let x = 0; x < pool.outWidth; x++) {
      for (let c = 0; c < channels; c++) {
        const largest = load<u8>(pooled + c);
        for (let place = 0; place < pool.windowHeight * pool.windowWidth; place++) {
          const wy = place / pool.windowWidth;
          const wx = place - wy * pool.windowWidth;
          const at = ((y * pool.windowHeight + wy) * pool.inWidth + x * pool.windowWidth + wx) * channels + c;
          if (load<u8>(map + at) != largest) continue;
          store<f32>(to + 4 * at, load<f32>(g + 4 * c));
          break;
        }
      }
      pooled += channels;
      g += 4 * channels;
    }
  }
}
