/** Decoding and encoding by plain loops, as where WebAssembly is not available. */
import { vi } from 'vitest';
import { RunSpace } from '../../src/formats/records/run-space.ts';

/** Does something with none of the kernels that runs have. */
export function withoutKernels<Result>(run: () => Result): Result {
  const kernel = vi.spyOn(RunSpace.prototype, 'kernel').mockReturnValue(null);
  try {
    return run();
  } finally {
    kernel.mockRestore();
  }
}
