/** Filter 32001: Blosc 1. Source: its README_CHUNK_FORMAT.rst. */
import { CodecError } from '../../aedat4/codec/codec-error.ts';
import { decompressZstd } from '../../aedat4/codec/zstd.ts';
import { takeFresh, type TakeMemory } from '../../bytes.ts';
import { decompressBlock } from '../../aedat4/codec/lz4-block.ts';
import { unshuffleBits } from './bitshuffle.ts';
import { decompressBloscLz } from './blosclz.ts';
import { inflateZlib } from './deflate.ts';
import type { ChunkFilter } from './filter.ts';
import { unshuffle } from './shuffle.ts';

const HEADER_BYTES = 16;
const SHUFFLED = 1;
const STORED = 2;
const BITS_SHUFFLED = 4;
const NOT_SPLIT = 16;
/** Older files do not say whether blocks are split: by these they are. */
const MOST_SPLITS = 16;
const FEWEST_SPLIT_ELEMENTS = 128;

/** Blocks of usual size are put together in one place before their bytes are sorted. */
const SCRATCH_BYTES = 2 ** 19;
let scratch: Uint8Array | undefined;

/** Decompresses to a place. Returns how many bytes came. */
type Decompress = (bytes: Uint8Array, place: Uint8Array) => number;

/** Of what decompresses to memory that it is given or to its own. */
function placed(decompress: (bytes: Uint8Array, most: number, take: TakeMemory) => Uint8Array): Decompress {
  return (bytes, place) => {
    const content = decompress(bytes, place.length, (length) => place.subarray(0, length));
    if (content.buffer !== place.buffer) place.set(content);
    return content.length;
  };
}

/** By the number in the header. */
const CODECS: readonly (Decompress | string)[] = [
  decompressBloscLz,
  (bytes, place) => decompressBlock(bytes, place, 0, place.length),
  'snappy',
  placed(inflateZlib),
  placed(decompressZstd),
];

export const bloscFilter: ChunkFilter = {
  id: 32_001,
  name: 'blosc',
  decode: (bytes, _, most, take) => decompressBlosc(bytes, most, take),
};

/**
 * What a Blosc chunk becomes.
 *
 * @param take for it, which may lie in the chunk all the same.
 * @throws {@link CodecError}
 */
export function decompressBlosc(bytes: Uint8Array, most: number, take: TakeMemory = takeFresh): Uint8Array {
  if (bytes.length < HEADER_BYTES) throw damaged('ends inside its header');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = bytes[0]!;
  const flags = bytes[2]!;
  const elementBytes = bytes[3]!;
  const total = view.getUint32(4, true);
  const blockBytes = view.getUint32(8, true);
  if (version !== 1 && version !== 2) throw damaged(`is of version ${version}, which is not read`);
  if (total > most) throw damaged(`states ${total} bytes, more than its chunk has`);
  if ((flags & STORED) !== 0) {
    if (bytes.length < HEADER_BYTES + total) throw damaged('ends inside its bytes');
    return bytes.subarray(HEADER_BYTES, HEADER_BYTES + total);
  }
  const codec = CODECS[flags >>> 5];
  if (typeof codec !== 'function')
    throw damaged(`is compressed by ${codec ?? 'something'}, which is not read`);
  if (total === 0) return new Uint8Array(0);
  if (blockBytes === 0) throw damaged('has blocks of no bytes');
  const blocks = Math.ceil(total / blockBytes);
  if (HEADER_BYTES + 4 * blocks > bytes.length) throw damaged('ends inside its list of blocks');
  const out = take(total);
  for (let block = 0; block < blocks; block++) {
    const place = out.subarray(block * blockBytes, (block + 1) * blockBytes);
    const isSplit =
      (flags & NOT_SPLIT) === 0 &&
      elementBytes <= MOST_SPLITS &&
      elementBytes > 0 &&
      blockBytes / elementBytes >= FEWEST_SPLIT_ELEMENTS &&
      place.length === blockBytes;
    const from = view.getUint32(HEADER_BYTES + 4 * block, true);
    const splits = isSplit ? elementBytes : 1;
    if ((flags & (SHUFFLED | BITS_SHUFFLED)) === 0) {
      readBlock(view, from, place, splits, codec);
      continue;
    }
    const sorted = scratchOf(place.length);
    readBlock(view, from, sorted, splits, codec);
    if ((flags & SHUFFLED) !== 0) unshuffle(sorted, elementBytes, place);
    else place.set(unshuffleBits(sorted, elementBytes));
  }
  return out;
}

function scratchOf(bytes: number): Uint8Array {
  if (bytes > SCRATCH_BYTES) return takeFresh(bytes);
  scratch ??= takeFresh(SCRATCH_BYTES);
  return scratch.subarray(0, bytes);
}

function readBlock(view: DataView, from: number, place: Uint8Array, splits: number, codec: Decompress): void {
  const bytes = Math.floor(place.length / splits);
  let at = from;
  for (let split = 0; split < splits; split++) {
    if (at + 4 > view.byteLength) throw damaged('ends inside a block');
    const length = view.getUint32(at, true);
    at += 4;
    if (length > view.byteLength - at) throw damaged('ends inside a block');
    const packed = new Uint8Array(view.buffer, view.byteOffset + at, length);
    const part = place.subarray(split * bytes, (split + 1) * bytes);
    if (length === bytes) part.set(packed);
    else if (codec(packed, part) !== bytes) throw damaged('has a block of another length than it states');
    at += length;
  }
  // What splits do not reach is nothing.
  place.fill(0, splits * bytes);
}

function damaged(problem: string): CodecError {
  return new CodecError('CORRUPT_DATA', `A Blosc chunk ${problem}.`);
}
