/** Layers between the stages: pooling, counting spikes, the linear read-out. */

/** The spikes of a map of `words` 128-bit words. */
export function countSpikes(map: usize, words: u32): u32 {
  let total = i32x4.splat(0);
  for (const end = map + (<usize>words << 4); map < end; map += 16) {
    const bytes = i8x16.popcnt(v128.load(map));
    total = i32x4.add(total, i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(bytes)));
  }
  return (
    i32x4.extract_lane(total, 0) +
    i32x4.extract_lane(total, 1) +
    i32x4.extract_lane(total, 2) +
    i32x4.extract_lane(total, 3)
  );
}

/** Maximum pooling of spikes: the OR of windows of `size` x `size`. Makes rows `first` … `end` - 1. */
export function poolMaximum(
  map: usize, width: u32, words: u32, size: u32, outWidth: u32, first: u32, end: u32, out: usize,
): void {
  const pixelBytes = <usize>words << 4;
  const rowBytes = <usize>width * pixelBytes;
  for (let y = first; y < end; y++) {
    for (let x: u32 = 0; x < outWidth; x++) {
      for (let word: usize = 0; word < pixelBytes; word += 16) {
        const corner = map + <usize>(y * size) * rowBytes + <usize>(x * size) * pixelBytes + word;
        let any = i32x4.splat(0);
        for (let dy: u32 = 0; dy < size; dy++) {
          for (let dx: u32 = 0; dx < size; dx++)
            any = v128.or(any, v128.load(corner + <usize>dy * rowBytes + <usize>dx * pixelBytes));
        }
        v128.store(out + <usize>(y * outWidth + x) * pixelBytes + word, any);
      }
    }
  }
}

/** Sums of spikes over windows of `height` x `width`, as 16-bit values `[y][x][stride]`. Makes rows `first` … `end` - 1. */
export function sumSpikes(
  map: usize, mapWidth: u32, words: u32, height: u32, width: u32, outWidth: u32, stride: u32,
  first: u32, end: u32, out: usize,
): void {
  const pixelBytes = <usize>words << 4;
  for (let y = first; y < end; y++) {
    for (let x: u32 = 0; x < outWidth; x++) {
      const to = out + (<usize>((y * outWidth + x) * stride) << 1);
      memory.fill(to, 0, <usize>stride << 1);
      for (let dy: u32 = 0; dy < height; dy++) {
        for (let dx: u32 = 0; dx < width; dx++) {
          const pixel = map + <usize>((y * height + dy) * mapWidth + x * width + dx) * pixelBytes;
          for (let part: usize = 0; part < pixelBytes; part += 8) {
            for (let bits = load<u64>(pixel + part); bits; bits &= bits - 1) {
              const at = to + (((part << 3) + <usize>ctz(bits)) << 1);
              store<u16>(at, load<u16>(at) + 1);
            }
          }
        }
      }
    }
  }
}

/** Sums of 16-bit values over windows of `height` x `width`. Makes rows `first` … `end` - 1. */
export function sumValues(
  map: usize, mapWidth: u32, stride: u32, height: u32, width: u32, outWidth: u32, first: u32, end: u32, out: usize,
): void {
  for (let y = first; y < end; y++) {
    for (let x: u32 = 0; x < outWidth; x++) {
      const to = out + (<usize>((y * outWidth + x) * stride) << 1);
      for (let c: usize = 0; c < <usize>stride << 1; c += 2) {
        let sum: u32 = 0;
        for (let dy: u32 = 0; dy < height; dy++) {
          for (let dx: u32 = 0; dx < width; dx++)
            sum += load<u16>(map + (<usize>(((y * height + dy) * mapWidth + x * width + dx) * stride) << 1) + c);
        }
        store<u16>(to + c, <u16>sum);
      }
    }
  }
}

/** Adds a row of 16-bit weights times `value` to 32-bit sums; `units` is a multiple of four. */
@inline
function addWeights(weights: usize, units: usize, value: v128, sums: usize): void {
  for (const end = sums + (units << 2); sums < end; sums += 16) {
    v128.store(sums, i32x4.add(v128.load(sums), i32x4.mul(v128.load_ext<i16>(weights), value)));
    weights += 8;
  }
}

/**
 * A linear layer over spikes, or over their sums in windows of `size` x `size` without computing these.
 *
 * @param weights `[y][x][channel][units]` of the pooled map, 16-bit.
 * @param sums the logits, 32-bit; added to.
 * @returns synaptic operations per unit.
 */
export function linearSpikes(
  map: usize, width: u32, words: u32, channels: u32, size: u32, outHeight: u32, outWidth: u32,
  weights: usize, units: usize, sums: usize,
): u32 {
  const rowBytes = units << 1;
  const pixelBytes = <usize>words << 4;
  let operations: u32 = 0;
  for (let y: u32 = 0; y < outHeight * size; y++) {
    for (let x: u32 = 0; x < outWidth * size; x++) {
      const pixel = map + <usize>(y * width + x) * pixelBytes;
      const rows = weights + <usize>(((y / size) * outWidth + x / size) * channels) * rowBytes;
      for (let part: usize = 0; part < pixelBytes; part += 8) {
        for (let bits = load<u64>(pixel + part); bits; bits &= bits - 1) {
          const row = rows + ((part << 3) + <usize>ctz(bits)) * rowBytes;
          for (let unit: usize = 0; unit < units; unit += 4) {
            const sum = sums + (unit << 2);
            v128.store(sum, i32x4.add(v128.load(sum), v128.load_ext<i16>(row + (unit << 1))));
          }
          operations++;
        }
      }
    }
  }
  return operations;
}

/** A linear layer over 16-bit values `[position][stride]`, of which `channels` count. See {@link linearSpikes}. */
export function linearValues(
  map: usize, positions: u32, stride: u32, channels: u32, weights: usize, units: usize, sums: usize,
): u32 {
  let operations: u32 = 0;
  for (let position: u32 = 0; position < positions; position++) {
    for (let c: u32 = 0; c < channels; c++) {
      const value = <u32>load<u16>(map + (<usize>c << 1));
      if (value !== 0) addWeights(weights, units, i32x4.splat(value), sums);
      operations += value;
      weights += units << 1;
    }
    map += <usize>stride << 1;
  }
  return operations;
}
