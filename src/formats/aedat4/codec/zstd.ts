/** ZSTD frames, read and written by what is there: see zstd-decompressors.ts and zstd-compressor.ts. */
import { OptionError } from '../../../events/index.ts';
import { takeFresh, type TakeMemory } from '../../bytes.ts';
import { roomInRun, type RecordRun } from '../../records/run.ts';
import type { Aedat4Codec } from './codec.ts';
import { CodecError, tooLarge } from './codec-error.ts';
import { zstdCompressor } from './zstd-compressor.ts';
import { decompressByKernel, decompressPlainly } from './zstd-decompressors.ts';
import { measureZstdFrame, ZSTD_MAGIC, zstdDamage } from './zstd-frame.ts';

/** Longer packets are not kept beside their events. */
const MAX_ROOM_BYTES = 2 ** 23;

/** Where the run's events are made of it, if there is the room: fresh memory costs more than a copy. */
function takeOf(run: RecordRun): TakeMemory {
  return (bytes) => {
    if (bytes > MAX_ROOM_BYTES) return takeFresh(bytes);
    try {
      const at = roomInRun(run, bytes);
      return new Uint8Array(run.space.buffer, at, bytes);
    } catch (error) {
      if (error instanceof RangeError) return takeFresh(bytes);
      throw error;
    }
  };
}

/**
 * The bytes of a frame.
 *
 * @param take for them, once at most; they may lie elsewhere all the same. Default: memory of their own.
 * @throws CodecError where the frame is damaged, or longer than `maxBytes` when decompressed.
 */
export function decompressZstd(frame: Uint8Array, maxBytes: number, take?: TakeMemory): Uint8Array {
  const measured = measureZstdFrame(frame, maxBytes);
  const whole = frame.subarray(0, measured.end);
  try {
    const bytes = decompressByKernel(whole, measured, take) ?? decompressPlainly(whole, measured);
    if (bytes.length !== (measured.contentBytes ?? bytes.length)) throw zstdDamage();
    return bytes;
  } catch (error) {
    // Beyond what the frame itself allows is damage.
    if (error instanceof CodecError && error.code === 'TOO_LARGE')
      throw measured.mostBytes === maxBytes ? tooLarge(maxBytes) : zstdDamage();
    throw error;
  }
}

/** ZSTD frames, written at a level of the reference library. */
export function zstdCodec(level: number): Aedat4Codec {
  return {
    magic: ZSTD_MAGIC,
    decompress: (frame, maxBytes, run) => decompressZstd(frame, maxBytes, run && takeOf(run)),
    compress: (bytes) => {
      const compressor = zstdCompressor();
      if (compressor === undefined)
        throw new OptionError(
          'compression',
          'zstd needs Node.js 22.15 or later, or `await prepareZstdEncoder()` first',
        );
      return compressor(bytes, level);
    },
  };
}
