/**
 * ZSTD frames: read by fzstd, which does not look at content checksums, and written as raw blocks, since no well-kept
 * compressor runs in browsers without a file fetch.
 */
import { Decompress } from 'fzstd';
import { copyBytes, joinBytes } from '../../bytes.ts';
import type { Aedat4Codec } from './codec.ts';
import { CodecError, tooLarge } from './codec-error.ts';

const MAGIC = 0xfd2f_b528 | 0;
const MIN_FRAME_BYTES = 5;
/** A single segment whose content size has four bytes, without checksum. */
const DESCRIPTOR = 0xa0;
const HEADER_BYTES = 9;
const BLOCK_BYTES = 131_072;
/** Pieces of a frame given to the decompressor at once, so that the limit is looked at in between. */
const PIECE_BYTES = 65_536;
/** Windows up to this are what every decompressor must accept (RFC 8878, 3.1.1.1.2). */
const USUAL_WINDOW_BYTES = 2 ** 23;

/** The window that a frame asks the decompressor to hold. Source: RFC 8878, 3.1.1.1. */
function windowBytes(frame: Uint8Array): number {
  const descriptor = frame[4]!;
  const single = (descriptor & 0x20) !== 0;
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (!single) {
    const [exponent, mantissa] = [frame[5]! >>> 3, frame[5]! & 7];
    return 2 ** (10 + exponent) * (1 + mantissa / 8);
  }
  const at = 5 + [0, 1, 2, 4][descriptor & 3]!;
  switch (descriptor >>> 6) {
    case 0:
      return frame[at]!;
    case 1:
      return view.getUint16(at, true) + 256;
    case 2:
      return view.getUint32(at, true);
    default:
      return view.getUint32(at + 4, true) * 2 ** 32 + view.getUint32(at, true);
  }
}

function decompress(frame: Uint8Array, maxBytes: number): Uint8Array {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (frame.length < MIN_FRAME_BYTES || view.getInt32(0, true) !== MAGIC)
    throw new CodecError('CORRUPT_DATA', 'A ZSTD frame does not begin with its magic number.');
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    if (windowBytes(frame) > Math.max(maxBytes, USUAL_WINDOW_BYTES)) throw tooLarge(maxBytes);
    const stream = new Decompress((part) => {
      length += part.length;
      if (length > maxBytes) throw tooLarge(maxBytes);
      parts.push(copyBytes(part));
    });
    for (let at = 0; at < frame.length; at += PIECE_BYTES)
      stream.push(frame.subarray(at, at + PIECE_BYTES), at + PIECE_BYTES >= frame.length);
  } catch (error) {
    if (error instanceof CodecError) throw error;
    // fzstd throws whatever its reading past the end gives.
    throw new CodecError('CORRUPT_DATA', `A ZSTD frame is damaged: ${(error as Error).message}.`);
  }
  return joinBytes(parts);
}

function compress(bytes: Uint8Array): Uint8Array {
  const blocks = Math.max(1, Math.ceil(bytes.length / BLOCK_BYTES));
  const frame = new Uint8Array(HEADER_BYTES + 3 * blocks + bytes.length);
  const view = new DataView(frame.buffer);
  view.setInt32(0, MAGIC, true);
  frame[4] = DESCRIPTOR;
  view.setUint32(5, bytes.length, true);
  let at = HEADER_BYTES;
  for (let i = 0; i < blocks; i++) {
    const block = bytes.subarray(i * BLOCK_BYTES, (i + 1) * BLOCK_BYTES);
    const header = Number(i === blocks - 1) | (block.length << 3);
    frame.set([header & 0xff, (header >>> 8) & 0xff, header >>> 16], at);
    frame.set(block, at + 3);
    at += 3 + block.length;
  }
  return frame;
}

/** ZSTD frames. */
export const zstdCodec: Aedat4Codec = { magic: MAGIC, decompress, compress };
