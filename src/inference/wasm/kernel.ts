/** The compiled kernels. Their source is in kernels/engine. */
import { KERNEL_MODULE } from './kernel.generated.ts';

/** What the kernels export; addresses are bytes, see kernels/engine for what each does. */
export interface Kernel {
  runStage(
    stage: number,
    scratch: number,
    step: number,
    slot: number,
    steps: number,
    firstRow: number,
    endRow: number,
  ): void;
  runCurrents(stage: number, scratch: number, slot: number, out: number): void;
  countSpikes(map: number, words: number): number;
  poolMaximum(
    map: number,
    width: number,
    words: number,
    size: number,
    outWidth: number,
    firstRow: number,
    endRow: number,
    out: number,
  ): void;
  sumSpikes(
    map: number,
    width: number,
    words: number,
    windowHeight: number,
    windowWidth: number,
    outWidth: number,
    stride: number,
    firstRow: number,
    endRow: number,
    out: number,
  ): void;
  sumValues(
    map: number,
    width: number,
    stride: number,
    windowHeight: number,
    windowWidth: number,
    outWidth: number,
    firstRow: number,
    endRow: number,
    out: number,
  ): void;
  linearSpikes(
    map: number,
    width: number,
    words: number,
    channels: number,
    size: number,
    outHeight: number,
    outWidth: number,
    weights: number,
    units: number,
    sums: number,
  ): number;
  linearValues(
    map: number,
    positions: number,
    stride: number,
    channels: number,
    weights: number,
    units: number,
    sums: number,
  ): number;
}

let compiled: WebAssembly.Module | undefined;

/** The module, compiled once. @throws what WebAssembly throws where it or its SIMD is not there. */
export function kernelModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(
    Uint8Array.from(atob(KERNEL_MODULE), (character) => character.charCodeAt(0)),
  );
  return compiled;
}

/** The kernels on a memory. */
export function instantiateKernel(module: WebAssembly.Module, memory: WebAssembly.Memory): Kernel {
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Kernel;
}
