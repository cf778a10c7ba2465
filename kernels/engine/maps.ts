/** Layers between the stages: pooling, counting spikes, the linear read-out. */
import { Node } from './blocks';

/** The spikes of a map of `words` 128-bit words. */
export function countSpikes(map: usize, words: u32): u32 {
  let total: u64 = 0;
  // Two instructions a piece; `i8x16.popcnt` takes a dozen.
  for (const end = map + (<usize>words << 4); map < end; map += 16)
    total += popcnt(load<u64>(map)) + popcnt(load<u64>(map, 8));
  return <u32>total;
}

/**
 * Makes pairs of 16-bit values of two planes of 8-bit counts, cut at `most`. Reads up to 15 counts beyond the planes and
 * writes as many pairs beyond the map.
 */
export function pairCounts(off: usize, on: usize, pixels: u32, most: u32, to: usize): void {
  const limit = i8x16.splat(<i8>min(most, 255));
  for (const end = off + pixels; off < end; off += 16) {
    const a = i8x16.min_u(v128.load(off), limit);
    const b = i8x16.min_u(v128.load(on), limit);
    const low = v128.shuffle<u8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    const high = v128.shuffle<u8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    v128.store(to, i16x8.extend_low_i8x16_u(low));
    v128.store(to, i16x8.extend_high_i8x16_u(low), 16);
    v128.store(to, i16x8.extend_low_i8x16_u(high), 32);
    v128.store(to, i16x8.extend_high_i8x16_u(high), 48);
    on += 16;
    to += 64;
  }
}

/** Maximum pooling of spikes: the OR of windows. */
export function poolMaximum(node: Node, map: usize, out: usize, firstRow: u32, endRow: u32): void {
  const pixelBytes = <usize>node.mapPerPixel << 4;
  const rowBytes = <usize>node.mapWidth * pixelBytes;
  for (let y = firstRow; y < endRow; y++) {
    for (let x: u32 = 0; x < node.outWidth; x++) {
      const corner = map + <usize>(y * node.windowHeight) * rowBytes + <usize>(x * node.windowWidth) * pixelBytes;
      const to = out + <usize>(y * node.outWidth + x) * pixelBytes;
      for (let word: usize = 0; word < pixelBytes; word += 16) {
        let any = i32x4.splat(0);
        for (let dy: u32 = 0; dy < node.windowHeight; dy++) {
          for (let dx: u32 = 0; dx < node.windowWidth; dx++)
            any = v128.or(any, v128.load(corner + <usize>dy * rowBytes + <usize>dx * pixelBytes + word));
        }
        v128.store(to + word, any);
      }
    }
  }
}

/** Sums of spikes over windows, as 16-bit values. */
export function sumSpikes(node: Node, map: usize, out: usize, firstRow: u32, endRow: u32): void {
  const pixelBytes = <usize>node.mapPerPixel << 4;
  for (let y = firstRow; y < endRow; y++) {
    for (let x: u32 = 0; x < node.outWidth; x++) {
      const to = out + (<usize>((y * node.outWidth + x) * node.outPerPixel) << 1);
      memory.fill(to, 0, <usize>node.outPerPixel << 1);
      for (let dy: u32 = 0; dy < node.windowHeight; dy++) {
        for (let dx: u32 = 0; dx < node.windowWidth; dx++) {
          const pixel = (y * node.windowHeight + dy) * node.mapWidth + x * node.windowWidth + dx;
          for (let part: usize = 0; part < pixelBytes; part += 8) {
            for (let bits = load<u64>(map + <usize>pixel * pixelBytes + part); bits; bits &= bits - 1) {
              const at = to + (((part << 3) + <usize>ctz(bits)) << 1);
              store<u16>(at, load<u16>(at) + 1);
            }
          }
        }
      }
    }
  }
}

/** Sums of 16-bit values over windows. */
export function sumValues(node: Node, map: usize, out: usize, firstRow: u32, endRow: u32): void {
  const pixelBytes = <usize>node.mapPerPixel << 1;
  for (let y = firstRow; y < endRow; y++) {
    for (let x: u32 = 0; x < node.outWidth; x++) {
      const to = out + <usize>(y * node.outWidth + x) * pixelBytes;
      for (let value: usize = 0; value < pixelBytes; value += 2) {
        let sum: u32 = 0;
        for (let dy: u32 = 0; dy < node.windowHeight; dy++) {
          for (let dx: u32 = 0; dx < node.windowWidth; dx++) {
            const pixel = (y * node.windowHeight + dy) * node.mapWidth + x * node.windowWidth + dx;
            sum += load<u16>(map + <usize>pixel * pixelBytes + value);
          }
        }
        store<u16>(to + value, <u16>sum);
      }
    }
  }
}

/** Adds a row of 16-bit weights to 32-bit sums. */
@inline
function addRow(weights: usize, sums: usize, end: usize): void {
  for (; sums < end; sums += 16) {
    v128.store(sums, i32x4.add(v128.load(sums), v128.load_ext<i16>(weights)));
    weights += 8;
  }
}

/** The rows of the active channels of a pixel. Returns how many there are. */
@inline
function addPixel(pixel: usize, pixelBytes: usize, rows: usize, rowBytes: usize, sums: usize, end: usize): u32 {
  let operations: u32 = 0;
  for (let part: usize = 0; part < pixelBytes; part += 8) {
    for (let bits = load<u64>(pixel + part); bits; bits &= bits - 1) {
      addRow(rows + ((part << 3) + <usize>ctz(bits)) * rowBytes, sums, end);
      operations++;
    }
  }
  return operations;
}

/** The same for up to 12 units, whose sums stay in registers. */
@inline
function addPixelOfFew(pixel: usize, pixelBytes: usize, rows: usize, rowBytes: usize, sums: usize): u32 {
  let operations: u32 = 0;
  let s0 = v128.load(sums);
  let s1 = v128.load(sums, 16);
  let s2 = v128.load(sums, 32);
  for (let part: usize = 0; part < pixelBytes; part += 8) {
    for (let bits = load<u64>(pixel + part); bits; bits &= bits - 1) {
      const row = rows + ((part << 3) + <usize>ctz(bits)) * rowBytes;
      s0 = i32x4.add(s0, v128.load_ext<i16>(row));
      s1 = i32x4.add(s1, v128.load_ext<i16>(row, 8));
      s2 = i32x4.add(s2, v128.load_ext<i16>(row, 16));
      operations++;
    }
  }
  v128.store(sums, s0);
  v128.store(sums, s1, 16);
  v128.store(sums, s2, 32);
  return operations;
}

/**
 * The linear read-out over spikes, or over their sums in windows without computing these. Weights are
 * `[y][x][channel][units]` of the pooled map, 16-bit. Up to 12 sums are written, whatever `units` is.
 *
 * @returns synaptic operations per unit.
 */
export function linearSpikes(node: Node, map: usize, sums: usize): u32 {
  const rowBytes = <usize>node.units << 1;
  const pixelBytes = <usize>node.mapPerPixel << 4;
  const end = sums + (<usize>node.units << 2);
  const few = node.units <= 12;
  const tapBytes = <usize>node.channels * rowBytes;
  let operations: u32 = 0;
  for (let y: u32 = 0; y < node.inHeight; y++) {
    for (let x: u32 = 0; x < node.inWidth; x++) {
      const rows = node.weights + <usize>(y * node.inWidth + x) * tapBytes;
      for (let dy: u32 = 0; dy < node.windowHeight; dy++) {
        for (let dx: u32 = 0; dx < node.windowWidth; dx++) {
          const position = (y * node.windowHeight + dy) * node.mapWidth + x * node.windowWidth + dx;
          const pixel = map + <usize>position * pixelBytes;
          if (few) operations += addPixelOfFew(pixel, pixelBytes, rows, rowBytes, sums);
          else operations += addPixel(pixel, pixelBytes, rows, rowBytes, sums, end);
        }
      }
    }
  }
  return operations;
}

/** The same over 16-bit values. */
export function linearValues(node: Node, map: usize, sums: usize): u32 {
  const rowBytes = <usize>node.units << 1;
  const sumsEnd = sums + (<usize>node.units << 2);
  let rows = node.weights;
  let operations: u32 = 0;
  for (let position: u32 = 0; position < node.inHeight * node.inWidth; position++) {
    for (let channel: u32 = 0; channel < node.channels; channel++) {
      const value = <u32>load<u16>(map + (<usize>channel << 1));
      let weights = rows;
      rows += rowBytes;
      if (value === 0) continue;
      const factor = i32x4.splat(value);
      for (let sum = sums; sum < sumsEnd; sum += 16) {
        v128.store(sum, i32x4.add(v128.load(sum), i32x4.mul(v128.load_ext<i16>(weights), factor)));
        weights += 8;
      }
      operations += value;
    }
    map += <usize>node.mapPerPixel << 1;
  }
  return operations;
}
