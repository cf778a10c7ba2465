/** Decompression of chunks and whole messages: the readers of LZ4 and ZSTD frames that AEDAT 4 has too, and bzip2. */
import { CodecError } from '../aedat4/codec/codec-error.ts';
import { lz4Codec } from '../aedat4/codec/lz4-frame.ts';
import { zstdCodec } from '../aedat4/codec/zstd.ts';
import { bunzip } from '../compression/bunzip.ts';

const lz4 = lz4Codec(1);
const zstd = zstdCodec(1);

/** Compressions by their names in bags and MCAP files; those without one are stored. */
const CODECS: Readonly<Record<string, (bytes: Uint8Array, maxBytes: number) => Uint8Array>> = {
  lz4: (bytes, maxBytes) => lz4.decompress(bytes, maxBytes),
  zstd: (bytes, maxBytes) => zstd.decompress(bytes, maxBytes),
  bz2: bunzip,
};

/**
 * What a chunk holds.
 *
 * @throws CodecError for one that is damaged, or larger than may be.
 */
export function decompressChunk(compression: string, bytes: Uint8Array, maxBytes: number): Uint8Array {
  const codec = Object.hasOwn(CODECS, compression) ? CODECS[compression] : undefined;
  if (codec === undefined)
    throw new CodecError(
      'CORRUPT_DATA',
      `It is compressed by "${compression.slice(0, 20)}", which is not read.`,
    );
  return codec(bytes, maxBytes);
}
