/** The decompressor of the zstd library, compiled to WebAssembly and embedded. */
import { KERNEL_MODULE } from './zstd-module.generated.ts';

/** An instance. Its memory grows and never shrinks. */
export interface ZstdLibrary {
  readonly memory: WebAssembly.Memory;
  malloc(bytes: number): number;
  free(at: number): void;
  ZSTD_decompress(to: number, mostBytes: number, from: number, bytes: number): number;
  ZSTD_createDCtx(): number;
  /** Output and input are each an address, a size and a position: three words. */
  ZSTD_decompressStream(context: number, output: number, input: number): number;
}

/** Numbers of errors, which zstd_errors.h keeps as they are. */
export const ZSTD_ERRORS = { windowTooLarge: 16, outOfMemory: 64, outputTooSmall: 70 } as const;
const MOST_ERRORS = 120;

let module: WebAssembly.Module | undefined;

/** A new instance; `null` without WebAssembly, or where a page's content security policy forbids it. */
export function startZstd(): ZstdLibrary | null {
  try {
    module ??= new WebAssembly.Module(Uint8Array.from(atob(KERNEL_MODULE), (letter) => letter.charCodeAt(0)));
    const env = { emscripten_notify_memory_growth: () => undefined };
    return new WebAssembly.Instance(module, { env }).exports as unknown as ZstdLibrary;
  } catch {
    return null;
  }
}

/** Which error a function of the library returned, 0 for none. */
export function zstdError(result: number): number {
  return result < 0 && -result < MOST_ERRORS ? -result : 0;
}
