/** LZ4 frames: linked and independent blocks, stored blocks, all checksums. Source: LZ4 frame format description. */
import { xxHash32 } from 'js-xxhash';
import type { RecordRun } from '../../records/run.ts';
import type { Aedat4Codec } from './codec.ts';
import { CodecError, tooLarge } from './codec-error.ts';
import { BlockCompressor, maxCompressedBytes } from './lz4-compressor.ts';
import { KernelOutput, Lz4Kernel } from './lz4-kernel.ts';
import { mostBytes, PlainOutput, type Lz4Output } from './lz4-output.ts';

const MAGIC = 0x184d_2204;
const VERSION = 0x40;
const VERSION_MASK = 0xc0;
const BLOCK_CHECKSUM = 0x10;
const CONTENT_SIZE = 0x08;
const CONTENT_CHECKSUM = 0x04;
const DICTIONARY = 0x01;
const STORED = 0x8000_0000;
/** What this and DV write: linked blocks of 64 KiB, no checksums. */
const FLAGS = 0x40;
const BLOCK_SIZE = 0x40;
const BLOCK_BYTES = 65_536;

interface FrameHeader {
  readonly blockChecksums: boolean;
  readonly contentChecksum: boolean;
  readonly contentBytes: number | null;
  readonly maxBlockBytes: number;
  readonly bytes: number;
}

function corrupt(what: string): CodecError {
  return new CodecError('CORRUPT_DATA', `An LZ4 frame ${what}.`);
}

function readHeader(frame: Uint8Array, view: DataView): FrameHeader {
  if (frame.length < 7 || view.getUint32(0, true) !== MAGIC)
    throw corrupt('does not begin with its magic number');
  const flags = frame[4]!;
  const sizeCode = (frame[5]! >>> 4) & 7;
  if ((flags & VERSION_MASK) !== VERSION || sizeCode < 4)
    throw corrupt('has an unknown version or block size');
  if ((flags & DICTIONARY) !== 0) throw corrupt('needs a dictionary');
  const hasSize = (flags & CONTENT_SIZE) !== 0;
  const end = hasSize ? 14 : 6;
  if (frame.length <= end) throw corrupt('ends inside its header');
  if (((xxHash32(frame.subarray(4, end), 0) >>> 8) & 0xff) !== frame[end])
    throw corrupt('has a damaged header');
  return {
    blockChecksums: (flags & BLOCK_CHECKSUM) !== 0,
    contentChecksum: (flags & CONTENT_CHECKSUM) !== 0,
    contentBytes: hasSize ? view.getUint32(10, true) * 2 ** 32 + view.getUint32(6, true) : null,
    maxBlockBytes: 2 ** (8 + 2 * sizeCode),
    bytes: end + 1,
  };
}

/** Reads a frame to an output that is made for it. */
function read(
  frame: Uint8Array,
  maxBytes: number,
  open: (expectedBytes: number, maxBytes: number) => Lz4Output,
): Uint8Array {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const header = readHeader(frame, view);
  if (header.contentBytes !== null && header.contentBytes > maxBytes) throw tooLarge(maxBytes);
  const expected = header.contentBytes ?? 4 * frame.length;
  const output = open(Math.min(expected, mostBytes(frame.length), maxBytes), maxBytes);
  let at = header.bytes;
  for (;;) {
    if (at + 4 > frame.length) throw corrupt('ends before its end mark');
    const word = view.getUint32(at, true);
    at += 4;
    if (word === 0) break;
    const end = at + (word & ~STORED);
    if (end - at > header.maxBlockBytes || end > frame.length) throw corrupt('has a block beyond its end');
    if (header.blockChecksums) {
      if (end + 4 > frame.length || view.getUint32(end, true) !== xxHash32(frame.subarray(at, end), 0))
        throw corrupt('has a block whose checksum is wrong');
    }
    takeBlock(output, at, end, word >= STORED, header.maxBlockBytes, maxBytes);
    at = header.blockChecksums ? end + 4 : end;
  }
  const bytes = output.bytes();
  if (header.contentBytes !== null && header.contentBytes !== bytes.length)
    throw corrupt('has not the size that it states');
  if (header.contentChecksum && (at + 4 > frame.length || view.getUint32(at, true) !== xxHash32(bytes, 0)))
    throw corrupt('has a wrong checksum');
  return bytes;
}

function takeBlock(
  output: Lz4Output,
  from: number,
  end: number,
  stored: boolean,
  maxBlockBytes: number,
  maxBytes: number,
): void {
  if (stored) {
    if (output.length + end - from > maxBytes) throw tooLarge(maxBytes);
    output.store(from, end);
    return;
  }
  const limit = Math.min(maxBytes, output.length + maxBlockBytes);
  if (output.decompress(from, end, limit)) return;
  if (limit === maxBytes) throw tooLarge(maxBytes);
  throw corrupt('has a block that is longer than it may be');
}

function decompress(frame: Uint8Array, maxBytes: number, run?: RecordRun): Uint8Array {
  if (run !== undefined && run.space.kernel(Lz4Kernel) !== null) {
    try {
      return read(frame, maxBytes, (expectedBytes) => new KernelOutput(run, frame, expectedBytes));
    } catch (error) {
      // Not so much memory in one piece of WebAssembly's.
      if (!(error instanceof RangeError)) throw error;
    }
  }
  return read(frame, maxBytes, (...sizes) => new PlainOutput(frame, ...sizes));
}

function compress(bytes: Uint8Array, effort: number): Uint8Array {
  const compressor = new BlockCompressor(bytes, effort);
  const blocks = Math.ceil(bytes.length / BLOCK_BYTES);
  const frame = new Uint8Array(11 + blocks * (4 + maxCompressedBytes(BLOCK_BYTES)));
  const view = new DataView(frame.buffer);
  view.setUint32(0, MAGIC, true);
  frame.set([FLAGS, BLOCK_SIZE], 4);
  frame[6] = (xxHash32(frame.subarray(4, 6), 0) >>> 8) & 0xff;
  let at = 7;
  for (let from = 0; from < bytes.length; from += BLOCK_BYTES) {
    const block = bytes.subarray(from, from + BLOCK_BYTES);
    const end = compressor.compress(from, from + block.length, frame, at + 4);
    if (end - at - 4 < block.length) {
      view.setUint32(at, end - at - 4, true);
      at = end;
      continue;
    }
    view.setUint32(at, (block.length | STORED) >>> 0, true);
    frame.set(block, at + 4);
    at += 4 + block.length;
  }
  view.setUint32(at, 0, true);
  return frame.subarray(0, at + 4);
}

/** LZ4 frames of any kind in, linked blocks of 64 KiB out; see `BlockCompressor` for the effort. */
export function lz4Codec(effort: number): Aedat4Codec {
  return { magic: MAGIC, decompress, compress: (bytes) => compress(bytes, effort) };
}
