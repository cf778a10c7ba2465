/**
 * Node's own zlib, where there is one: several times as fast as anything in JavaScript. The core imports no `node:`
 * module; Node hands its modules to whoever asks, and bundlers have nothing to follow.
 */
import { nodeBuiltin } from '../../events/node-builtin.ts';

interface InflateOptions {
  readonly maxOutputLength: number;
  /** Bytes of the pieces that the output is made in. */
  readonly chunkSize?: number;
  /** What to do where the input ends. */
  readonly finishFlush?: number;
  readonly info: true;
}

interface Inflated {
  readonly buffer: Uint8Array;
  /** How many bytes of the input were taken. */
  readonly engine: { readonly bytesWritten: number };
}

/** What saccade uses of `node:zlib`; what only newer versions of Node have is optional. */
export interface NodeZlib {
  inflateRawSync(bytes: Uint8Array, options: InflateOptions): Inflated;
  deflateRawSync(
    bytes: Uint8Array,
    options: { readonly level: number; readonly strategy: number },
  ): Uint8Array;
  /** Since Node 20.15 and 22.2. */
  crc32(bytes: Uint8Array, value?: number): number;
  /** Since Node 22.15 and 23.8. */
  readonly zstdCompressSync?: (
    bytes: Uint8Array,
    options: { readonly params: Readonly<Record<number, number>>; readonly pledgedSrcSize?: number },
  ) => Uint8Array;
  readonly constants: Readonly<Record<string, number>>;
}

/** `node:zlib`, or `undefined` in a browser. */
export function nodeZlib(): NodeZlib | undefined {
  return nodeBuiltin<NodeZlib>('node:zlib');
}
