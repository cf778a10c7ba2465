/** The one list of AEDAT 4's compressions. */
import type { RecordRun } from '../../records/run.ts';
import { lz4Codec } from './lz4-frame.ts';
import { zstdCodec } from './zstd.ts';

/** A compression of packets. */
export interface Aedat4Codec {
  /** The first four bytes of every frame, little-endian and signed; `null`: there are no frames. */
  readonly magic: number | null;
  /**
   * The bytes of one frame. They may share memory with it, and lie in that of the run, if one is given: then they hold
   * until its next frame.
   *
   * @throws {@link CodecError} where the frame is damaged, or longer than `maxBytes` when decompressed.
   */
  decompress(frame: Uint8Array, maxBytes: number, run?: RecordRun): Uint8Array;
  /** @throws OptionError where what compresses is not there. */
  compress(bytes: Uint8Array): Uint8Array;
}

const noneCodec: Aedat4Codec = {
  magic: null,
  decompress: (frame) => frame,
  compress: (bytes) => bytes,
};

/** Compressions by the number in the IOHeader, which is their place here. */
export const AEDAT4_COMPRESSIONS = ['none', 'lz4', 'lz4-high', 'zstd', 'zstd-high'] as const;

/** Name of a compression. */
export type Aedat4Compression = (typeof AEDAT4_COMPRESSIONS)[number];

/** Levels at which DV writes: the library's default and its highest. */
const ZSTD_LEVEL = 3;
const ZSTD_HIGH_LEVEL = 22;

/** As many places as the library tries at level 9, which DV writes. */
const LZ4_HIGH_EFFORT = 256;

/** The codec of each. */
export const AEDAT4_CODECS: Readonly<Record<Aedat4Compression, Aedat4Codec>> = {
  none: noneCodec,
  lz4: lz4Codec(1),
  'lz4-high': lz4Codec(LZ4_HIGH_EFFORT),
  zstd: zstdCodec(ZSTD_LEVEL),
  'zstd-high': zstdCodec(ZSTD_HIGH_LEVEL),
};
