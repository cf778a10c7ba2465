/**
 * Voxel grids. What this does is stated by the plain loop in src/frames/voxel-plain.ts, which it must equal: an event adds one
 * vector, its shares of the two bins that its time lies between, to the cell of its pixel and interval. The cells of a block of
 * pixels lie together, interval by interval, so that the pass over all of them goes straight on.
 */
import { Block } from './block';
import { GROUP, mappedPlaces, places } from './places';

/** src/frames/voxel-kernel.ts writes and reads it by this order, doubles by their place in 64 bits. `counts` are the cells. */
@unmanaged
export class VoxelBlock extends Block {
  /** Microseconds. */
  start: f64;
  duration: f64;
  /** The position at the end of the span, and that from which on an event has no place. */
  most: f64;
  dropAt: f64;
  /** Address of the events' times. */
  t: usize;
  /** Room for the cells and the shares of GROUP events. */
  cells: usize;
  shares: usize;
  /** Address of the sign bits of a share, by polarity. */
  signs: usize;
  /** Address of a byte for every BLOCK cells: 1 where any was added to. */
  touched: usize;
  /** Address of the values: of each polarity and bin as many as there are padded pixels. */
  values: usize;
  /** Address of a block of zeros. */
  zeros: usize;
  bins: i32;
  /** Polarities that have cells of their own. */
  parts: i32;
  /** Of the intervals between bins. */
  lastInterval: i32;
  /** Pixels of a polarity, whole blocks. */
  padded: i32;
  unrepresented: i32;
}

/** log2 of how many cells are marked together: BLOCK_CELLS in src/frames/voxel-kernel.ts. */
const BLOCK_BITS = 6;
const CELL_BYTES: usize = 16;
const BLOCK_BYTES: usize = CELL_BYTES << BLOCK_BITS;

/** Writes cells and shares of the events [from, from + n), n at most GROUP; up to one more is read and written behind them. */
function spread(b: VoxelBlock, from: usize, n: usize): void {
  const start = f64x2.splat(b.start);
  const duration = f64x2.splat(b.duration);
  const most = f64x2.splat(b.most);
  const dropAt = f64x2.splat(b.dropAt);
  const zero = f64x2.splat(0);
  const one = f64x2.splat(1);
  const lastInterval = i32x4.splat(b.lastInterval);
  const stride = i32x4.splat((b.lastInterval + 1) << BLOCK_BITS);
  const inBlock = i32x4.splat((1 << BLOCK_BITS) - 1);
  const waste = i32x4.splat(b.waste);
  const signs = b.signs;
  const t = b.t + 8 * from;
  const p = b.p + from;
  let dropped = 0;
  for (let i: usize = 0; i < n; i += 2) {
    const raw = f64x2.div(f64x2.mul(most, f64x2.sub(v128.load(t + 8 * i), start)), duration);
    const position = f64x2.max(zero, f64x2.min(most, raw));
    const bin = i32x4.min_s(i32x4.trunc_sat_f64x2_s_zero(position), lastInterval);
    const later = f64x2.sub(position, f64x2.convert_low_i32x4_s(bin));
    const earlier = f64x2.sub(one, later);
    const place = v128.load64_zero(b.places + 4 * i);
    const out = i32x4.eq(place, waste);
    const cell = i32x4.add(
      i32x4.add(i32x4.mul(i32x4.shr_u(place, BLOCK_BITS), stride), i32x4.shl(bin, BLOCK_BITS)),
      v128.and(place, inBlock),
    );
    v128.store64_lane(b.cells + 4 * i, cell, 0);
    const first = v128.load(signs + ((<usize>load<u8>(p + i) & 1) << 4));
    const second = v128.load(signs + ((<usize>load<u8>(p + i, 1) & 1) << 4));
    const to = b.shares + 16 * i;
    v128.store(to, v128.xor(v128.shuffle<f64>(earlier, later, 0, 2), first));
    v128.store(to, v128.xor(v128.shuffle<f64>(earlier, later, 1, 3), second), 16);
    const drops = v128.andnot(f64x2.ge(position, dropAt), i64x2.extend_low_i32x4_s(out));
    // Not what lies behind the last event.
    dropped += popcnt(i64x2.bitmask(drops) & (n - i < 2 ? 1 : 3));
  }
  b.unrepresented += dropped;
}

/** Adds `n` events. */
export function voxels(b: VoxelBlock, n: usize): void {
  const cells = b.counts;
  const touched = b.touched;
  for (let from: usize = 0; from < n; from += GROUP) {
    const group = min(GROUP, n - from);
    if (b.columns == 0) places(b, from, group);
    else mappedPlaces(b, from, group);
    spread(b, from, group);
    let share = b.shares;
    let at = b.cells;
    for (const end = at + 4 * group; at < end; at += 4) {
      const cell = <usize>load<u32>(at);
      const sum = cells + (cell << 4);
      v128.store(sum, f64x2.add(v128.load(sum), v128.load(share)));
      store<u8>(touched + (cell >>> BLOCK_BITS), 1);
      share += 16;
    }
  }
}

/** Writes the values of a block: the later shares in front of its bin and the earlier ones behind it. */
// @ts-ignore: decorator
@inline
function collectBlock(before: usize, behind: usize, to: usize): void {
  for (const end = to + (4 << BLOCK_BITS); to < end; to += 16) {
    const low = f64x2.add(
      v128.shuffle<f64>(v128.load(before), v128.load(before, 16), 1, 3),
      v128.shuffle<f64>(v128.load(behind), v128.load(behind, 16), 0, 2),
    );
    const high = f64x2.add(
      v128.shuffle<f64>(v128.load(before, 32), v128.load(before, 48), 1, 3),
      v128.shuffle<f64>(v128.load(behind, 32), v128.load(behind, 48), 0, 2),
    );
    v128.store(
      to,
      v128.shuffle<f32>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 1, 4, 5),
    );
    before += 64;
    behind += 64;
  }
}

function clear(at: usize, bytes: usize): void {
  const zero = i64x2.splat(0);
  for (const end = at + bytes; at < end; at += 16) v128.store(at, zero);
}

/** Writes the values of a frame, and clears what they were made of. Block by block: what is cleared was just read. */
export function collectVoxels(b: VoxelBlock): void {
  const zeros = b.zeros;
  const bins = b.bins;
  const intervals = b.lastInterval + 1;
  const padded = <usize>b.padded;
  const blocks = padded >>> BLOCK_BITS;
  let mark = b.touched;
  let cells = b.counts;
  for (let part = 0; part < b.parts; part++) {
    const values = b.values + 4 * <usize>(part * bins) * padded;
    for (let block: usize = 0; block < blocks; block++) {
      let before = zeros;
      let to = values + 4 * (block << BLOCK_BITS);
      for (let bin = 0; bin < bins; bin++) {
        const has = bin < intervals && load<u8>(mark + bin) != 0;
        const behind = has ? cells + <usize>bin * BLOCK_BYTES : zeros;
        if (before == zeros && behind == zeros) clear(to, 4 << BLOCK_BITS);
        else collectBlock(before, behind, to);
        before = behind;
        to += 4 * padded;
      }
      for (let i = 0; i < intervals; i++) {
        if (load<u8>(mark) != 0) clear(cells, BLOCK_BYTES);
        store<u8>(mark, 0);
        mark++;
        cells += BLOCK_BYTES;
      }
    }
  }
}
