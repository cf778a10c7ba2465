/** What a ZSTD frame says of itself. Source: RFC 8878, 3.1.1. */
import { CodecError, tooLarge } from './codec-error.ts';

/** First four bytes of a frame, little-endian and signed. */
export const ZSTD_MAGIC: number = 0xfd2f_b528 | 0;
const MIN_FRAME_BYTES = 5;
const MAX_BLOCK_BYTES = 131_072;
/** Windows up to this are what every decompressor must accept (3.1.1.1.2). */
const USUAL_WINDOW_BYTES = 2 ** 23;
const BLOCK_HEADER_BYTES = 3;
const CHECKSUM_BYTES = 4;

/** Block types. */
const RUN_LENGTH = 1;
const COMPRESSED = 2;

/** A frame, measured. */
export interface ZstdFrame {
  /** Where it ends. */
  readonly end: number;
  /** Most bytes that it may become, the limit among them. */
  readonly mostBytes: number;
  readonly contentBytes: number | null;
}

/** @throws {@link CodecError} for damage of any kind: which it was depends on what decompresses. */
export function zstdDamage(): CodecError {
  return new CodecError('CORRUPT_DATA', 'A ZSTD frame is damaged.');
}

/**
 * Measures a frame by its headers.
 *
 * @throws {@link CodecError} where these are damaged, or what they state is more than `maxBytes`.
 */
export function measureZstdFrame(frame: Uint8Array, maxBytes: number): ZstdFrame {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (frame.length < MIN_FRAME_BYTES || view.getInt32(0, true) !== ZSTD_MAGIC)
    throw new CodecError('CORRUPT_DATA', 'A ZSTD frame does not begin with its magic number.');
  const descriptor = frame[4]!;
  const single = (descriptor & 0x20) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3]!;
  const sizeBytes = [single ? 1 : 0, 2, 4, 8][descriptor >>> 6]!;
  const dictionaryAt = MIN_FRAME_BYTES + (single ? 0 : 1);
  const sizeAt = dictionaryAt + dictionaryBytes;
  const blocksAt = sizeAt + sizeBytes;
  if (blocksAt > frame.length) throw zstdDamage();
  if (frame.subarray(dictionaryAt, sizeAt).some((byte) => byte !== 0))
    throw new CodecError('CORRUPT_DATA', 'A ZSTD frame needs a dictionary.');
  const contentBytes = contentSize(view, sizeAt, sizeBytes);
  const windowBytes = single ? contentBytes! : 2 ** (10 + (frame[5]! >>> 3)) * (1 + (frame[5]! & 7) / 8);
  if ((contentBytes ?? 0) > maxBytes || windowBytes > Math.max(maxBytes, USUAL_WINDOW_BYTES))
    throw tooLarge(maxBytes);
  const blocks = measureBlocks(frame, blocksAt);
  const end = blocks.end + ((descriptor & 4) === 0 ? 0 : CHECKSUM_BYTES);
  if (end > frame.length) throw zstdDamage();
  return { end, mostBytes: Math.min(blocks.mostBytes, contentBytes ?? Infinity, maxBytes), contentBytes };
}

function contentSize(view: DataView, at: number, bytes: number): number | null {
  switch (bytes) {
    case 0:
      return null;
    case 1:
      return view.getUint8(at);
    case 2:
      return view.getUint16(at, true) + 256;
    case 4:
      return view.getUint32(at, true);
    default:
      return view.getUint32(at + 4, true) * 2 ** 32 + view.getUint32(at, true);
  }
}

function measureBlocks(
  frame: Uint8Array,
  start: number,
): { readonly end: number; readonly mostBytes: number } {
  let mostBytes = 0;
  let at = start;
  for (;;) {
    if (at + BLOCK_HEADER_BYTES > frame.length) throw zstdDamage();
    const header = frame[at]! | (frame[at + 1]! << 8) | (frame[at + 2]! << 16);
    const type = (header >>> 1) & 3;
    const size = header >>> 3;
    at += BLOCK_HEADER_BYTES + (type === RUN_LENGTH ? 1 : size);
    mostBytes += type === COMPRESSED ? MAX_BLOCK_BYTES : size;
    if ((header & 1) !== 0) return { end: at, mostBytes };
  }
}
