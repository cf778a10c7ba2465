/** What compresses ZSTD: Node's zlib where it has it, else the library in WebAssembly, which must be loaded first. */
import { nodeZlib } from '../../compression/node-zlib.ts';

/** Compresses bytes to a frame that states their size, as DV's are. */
export type ZstdCompressor = (bytes: Uint8Array, level: number) => Uint8Array;

let loaded: ZstdCompressor | undefined;

function nodeCompressor(): ZstdCompressor | undefined {
  const zlib = nodeZlib();
  const compress = zlib?.zstdCompressSync;
  if (compress === undefined) return undefined;
  const levelParameter = zlib!.constants['ZSTD_c_compressionLevel']!;
  return (bytes, level) =>
    compress(bytes, { pledgedSrcSize: bytes.length, params: { [levelParameter]: level } });
}

/**
 * Loads what `compression: 'zstd'` and `'zstd-high'` of the AEDAT 4 encoder need where Node's zlib does not have it:
 * before Node 22.15, and in browsers. Does nothing elsewhere, and the second time. 185 kB, gzipped, which are loaded only
 * here.
 *
 * @example
 * ```ts
 * import { Aedat4Encoder, batchFromTuples, prepareZstdEncoder } from 'saccade';
 * await prepareZstdEncoder();
 * const encoder = new Aedat4Encoder({ compression: 'zstd' });
 * console.log(encoder.push(batchFromTuples([[10, 1, 2, 1]])).length > 0); // true
 * ```
 */
export async function prepareZstdEncoder(): Promise<void> {
  if (zstdCompressor() !== undefined) return;
  const { Zstd } = await import('@hpcc-js/wasm-zstd');
  const zstd = await Zstd.load();
  loaded = (bytes, level) => zstd.compress(bytes, level);
}

/** `undefined` where {@link prepareZstdEncoder} must be awaited first. */
export function zstdCompressor(): ZstdCompressor | undefined {
  return nodeCompressor() ?? loaded;
}
