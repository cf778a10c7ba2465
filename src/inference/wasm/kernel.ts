/** The compiled kernels. Their source is in kernels/engine. */
import { compileKernel } from '../../events/kernels.ts';
import { KERNEL_MODULE } from './kernel.generated.ts';

/** What the kernels export. Addresses are bytes; kernels/engine says what each does. */
export interface Kernel {
  runNode(
    node: number,
    scratch: number,
    thread: number,
    step: number,
    slot: number,
    steps: number,
    firstRow: number,
    endRow: number,
  ): void;
  runCurrents(stage: number, scratch: number, slot: number, out: number): void;
  countSpikes(map: number, words: number): number;
  pairCounts(off: number, on: number, pixels: number, most: number, to: number): void;
}

/** The module, compiled once. @throws what WebAssembly throws where it or its SIMD is not there. */
export function kernelModule(): WebAssembly.Module {
  return compileKernel(KERNEL_MODULE);
}

/** The same for a memory that threads share; loaded only when asked for. */
export async function sharedKernelModule(): Promise<WebAssembly.Module> {
  const { KERNEL_MODULE: shared } = await import('./kernel-shared.generated.ts');
  return compileKernel(shared);
}

/** The kernels on a memory. */
export function instantiateKernel(module: WebAssembly.Module, memory: WebAssembly.Memory): Kernel {
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Kernel;
}
