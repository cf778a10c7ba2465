import { lz4Codec } from '../../../src/formats/aedat4/codec/lz4-frame.ts';

/** A frame of LZ4. */
export function lz4Frame(bytes: Uint8Array): Uint8Array {
  return lz4Codec(1).compress(bytes);
}
