/**
 * What decompresses ZSTD: the reference library in WebAssembly, in Node as in browsers, else fzstd. Not Node's zlib: its
 * build takes damaged Huffman codes for good ones that the other finds, so what is damaged would depend on where one runs;
 * and with what a call costs it is no faster on packets.
 */
import { Decompress } from 'fzstd';
import { copyBytes, joinBytes, type TakeMemory } from '../../bytes.ts';
import { startZstd, ZSTD_ERRORS, zstdError, type ZstdLibrary } from '../../compression/zstd-library.ts';
import { tooLarge } from './codec-error.ts';
import { zstdDamage, type ZstdFrame } from './zstd-frame.ts';

/**
 * Decompresses a frame, which ends where its array ends.
 *
 * @param take for what comes out, once at most; it may lie elsewhere all the same. Default: memory of its own.
 * @returns `null` where this cannot run.
 * @throws CodecError where the frame is damaged, or longer than it may be.
 */
export type ZstdDecompressor = (
  frame: Uint8Array,
  measured: ZstdFrame,
  take?: TakeMemory,
) => Uint8Array | null;

/** An instance that grew beyond is left to the garbage collector. */
const MAX_IDLE_BYTES = 2 ** 25;

let instance: ZstdLibrary | null | undefined;

function copied(bytes: Uint8Array, take: TakeMemory | undefined): Uint8Array {
  if (take === undefined) return copyBytes(bytes);
  const memory = take(bytes.length);
  memory.set(bytes);
  return memory;
}

/** The library compiled to WebAssembly, when the first frame comes. */
export const decompressByKernel: ZstdDecompressor = (frame, { mostBytes }, take) => {
  // Where it cannot start, it is not tried again for each frame.
  if (instance === undefined) instance = startZstd();
  const zstd = instance;
  if (zstd === null) return null;
  const from = zstd.malloc(frame.length);
  const to = from === 0 ? 0 : zstd.malloc(Math.max(1, mostBytes));
  try {
    if (to === 0) return null;
    new Uint8Array(zstd.memory.buffer).set(frame, from);
    const length = zstd.ZSTD_decompress(to, mostBytes, from, frame.length);
    const error = zstdError(length);
    if (error === 0) return copied(new Uint8Array(zstd.memory.buffer, to, length), take);
    if (error === ZSTD_ERRORS.outOfMemory) return null;
    throw error === ZSTD_ERRORS.outputTooSmall ? tooLarge(mostBytes) : zstdDamage();
  } finally {
    zstd.free(from);
    zstd.free(to);
    if (zstd.memory.buffer.byteLength > MAX_IDLE_BYTES) instance = undefined;
  }
};

/** Pieces of a frame given to fzstd at once, so that the limit is looked at in between. */
const PIECE_BYTES = 65_536;

/** fzstd: a tenth as fast, and it does not look at the checksum of the content. */
export const decompressPlainly = (frame: Uint8Array, { mostBytes }: ZstdFrame): Uint8Array => {
  const parts: Uint8Array[] = [];
  let length = 0;
  const tooLong = tooLarge(mostBytes);
  try {
    const stream = new Decompress((part) => {
      length += part.length;
      if (length > mostBytes) throw tooLong;
      parts.push(copyBytes(part));
    });
    for (let at = 0; at < frame.length; at += PIECE_BYTES)
      stream.push(frame.subarray(at, at + PIECE_BYTES), at + PIECE_BYTES >= frame.length);
  } catch (error) {
    // fzstd throws whatever its reading past the end gives.
    throw error === tooLong ? tooLong : zstdDamage();
  }
  return joinBytes(parts);
};
