/**
 * Integer currents of a convolution with weights of -1 and +1 on vertical counters: a spike is a row of signs over the
 * output channels. Sums of pools are listed bit by bit, which count from a higher plane on.
 */
import { Conv, endTap, firstTap } from './conv';
import { Counting, ENDS_BYTES, endsOf, resetLists } from './counters';
import { copyEnds, sumReach } from './reach';

/** Bytes whose lowest bit is meant. */
const ONES: u64 = 0x0101010101010101;

/**
 * Rows of bits over the output channels, 1 for a weight of +1, from the signs of `centre`.
 *
 * @param rows taps * input channels.
 * @param table receives `[rows, words]`.
 */
export function packOutputRows(signs: usize, rows: i32, channels: i32, words: i32, table: usize): void {
  for (let row = 0; row < rows; row++) {
    let c = 0;
    for (let w = 0; w < words; w++) {
      let word = i8x16.splat(0);
      let bit = i8x16.splat(1);
      for (let i = 0; i < 8 && c < channels; i++) {
        const low = v128.load(signs + 2 * <usize>c);
        const high = channels - c > 8 ? v128.load(signs + 2 * <usize>c, 16) : low;
        const plus = i8x16.gt_s(i8x16.narrow_i16x8_s(low, high), i8x16.splat(0));
        word = v128.or(word, v128.and(plus, bit));
        bit = i16x8.shl(bit, 1);
        c += 16;
      }
      v128.store(table, word);
      table += 16;
    }
    signs += 2 * <usize>channels;
  }
}

/** Appends the channels whose lowest bit is set in eight bytes. */
// @ts-ignore: decorator
@inline
function appendBits(word: u64, entry: usize, rowBytes: usize, to: usize): usize {
  while (word != 0) {
    store<u32>(to, <u32>(entry + <usize>(ctz(word) >> 3) * rowBytes));
    to += 4;
    word &= word - 1;
  }
  return to;
}

/** Lists a frame's map. An entry is the row of its channel in the tap of its own column. */
function listMap(conv: Conv, p: Counting, map: usize, bits: u32): void {
  const rowBytes: usize = 16 * <usize>p.words;
  const tapBytes = <usize>conv.inChannels * rowBytes;
  const ends = endsOf(p, 0);
  let starts = p.starts;
  resetLists(p, 0);
  for (let y = 0; y < conv.inHeight; y++) {
    let column: usize = 0;
    for (let x = 0; x < conv.inWidth; x++) {
      copyEnds(ends, starts);
      starts += ENDS_BYTES;
      for (let bit: u32 = 0; bit < bits; bit++) {
        const end = ends + 4 * <usize>(bit + 1);
        let to = <usize>load<u32>(end);
        let entry = column;
        for (let c = 0; c < conv.inStride; c += 8) {
          to = appendBits((load<u64>(map + c) >> bit) & ONES, entry, rowBytes, to);
          entry += 8 * rowBytes;
        }
        store<u32>(end, <u32>to);
      }
      map += conv.inStride;
      column += tapBytes;
    }
  }
  copyEnds(ends, starts);
}

/**
 * @param map a frame's bytes.
 * @param bits of a byte: 1 for spikes, 3 for sums of four.
 * @param to receives float32 `[output pixels, channels]`.
 */
export function countedCurrents(conv: Conv, p: Counting, map: usize, bits: u32, to: usize): void {
  listMap(conv, p, map, bits);
  const tapBytes = <usize>(16 * p.words * conv.inChannels);
  const rowEnds = <usize>conv.inWidth * ENDS_BYTES;
  const weightBytes = <usize>conv.kernelWidth * tapBytes;
  for (let oy = 0; oy < conv.outHeight; oy++) {
    const y = oy * conv.stride - conv.top;
    const firstY = firstTap(y);
    const rows = endTap(y, conv.kernelHeight, conv.inHeight) - firstY;
    const first = p.starts + <usize>(y + firstY) * rowEnds;
    const weights = p.table + <usize>firstY * weightBytes;
    for (let ox = 0; ox < conv.outWidth; ox++) {
      const x = ox * conv.stride - conv.left;
      const firstX = x + firstTap(x);
      const endX = x + endTap(x, conv.kernelWidth, conv.inWidth);
      const add = weights - <usize>x * tapBytes;
      sumReach(p, first, firstX, endX, rows, rowEnds, add, weightBytes, conv.channels, to);
      to += 4 * <usize>conv.channels;
    }
  }
}
