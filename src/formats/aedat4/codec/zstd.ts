/** ZSTD frames, read and written by what is there: see zstd-decompressors.ts and zstd-compressor.ts. */
import { OptionError } from '../../../events/index.ts';
import type { RecordRun } from '../../records/run.ts';
import type { Aedat4Codec } from './codec.ts';
import { CodecError, tooLarge } from './codec-error.ts';
import { zstdCompressor } from './zstd-compressor.ts';
import { decompressByKernel, decompressPlainly } from './zstd-decompressors.ts';
import { measureZstdFrame, ZSTD_MAGIC, zstdDamage } from './zstd-frame.ts';

function decompress(frame: Uint8Array, maxBytes: number, run?: RecordRun): Uint8Array {
  const measured = measureZstdFrame(frame, maxBytes);
  const whole = frame.subarray(0, measured.end);
  try {
    const bytes = decompressByKernel(whole, measured, run) ?? decompressPlainly(whole, measured);
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
    decompress,
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
