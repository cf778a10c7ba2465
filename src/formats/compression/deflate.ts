/** Deflate and CRC-32: of Node's zlib where there is one, else of fflate. */
import { gzipSync } from 'fflate';
import { nodeZlib } from './node-zlib.ts';

/** How hard to look for repetitions. */
export interface DeflateOptions {
  /** 0 stores, 1 is fast, 9 small. */
  readonly level: 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;
  /**
   * Look for runs of one byte only, whatever the level: for counts, which are mostly zero, several times as fast as a
   * search and about as small. Default false. fflate knows no such strategy and searches.
   */
  readonly runsOnly?: boolean;
}

/** Compressed bytes and what checks them. */
export interface Deflated {
  /** A raw deflate stream (RFC 1951). */
  readonly bytes: Uint8Array;
  /** Of the bytes that were compressed. */
  readonly crc32: number;
}

const Z_DEFAULT_STRATEGY = 0;
const Z_RLE = 3;
/** RFC 1952: without a name the header is this long; behind the stream are checksum and length. */
const GZIP_HEADER_BYTES = 10;
const GZIP_TRAILER_BYTES = 8;

/** Compresses bytes that are all there. Equal bytes give equal streams in one environment. */
export function deflate(bytes: Uint8Array, { level, runsOnly = false }: DeflateOptions): Deflated {
  const zlib = nodeZlib();
  if (zlib === undefined) return deflateWithoutNode(bytes, level);
  const strategy = runsOnly ? Z_RLE : Z_DEFAULT_STRATEGY;
  return { bytes: zlib.deflateRawSync(bytes, { level, strategy }), crc32: zlib.crc32(bytes) };
}

/** fflate shows its checksum only as gzip's. */
export function deflateWithoutNode(bytes: Uint8Array, level: DeflateOptions['level']): Deflated {
  const gzip = gzipSync(bytes, { level, mtime: 0 });
  const end = gzip.length - GZIP_TRAILER_BYTES;
  const crc32 = new DataView(gzip.buffer, gzip.byteOffset).getUint32(end, true);
  return { bytes: gzip.subarray(GZIP_HEADER_BYTES, end), crc32 };
}
