/** Dvs events decoded by the kernel where it runs, else by the plain loop. */
import { DvsKernel } from './kernel.ts';
import { decodeDvsScalar, type PixelLoop } from './pixels.ts';

/** The run is empty. */
export const decodeDvs: PixelLoop = (bytes, start, end, size, clock, run, crossing) => {
  const fast = run.space.kernel(DvsKernel);
  if (fast === null) return decodeDvsScalar(bytes, start, end, size, clock, run, crossing);
  return fast.decode(bytes, start, end, size, clock, run);
};
