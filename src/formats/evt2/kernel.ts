import { RawKernel } from '../prophesee/kernel.ts';
import type { RunSpace } from '../records/run-space.ts';
import { KERNEL_MODULE } from './kernel.generated.ts';

/** The loop over EVT2 words of a space. */
export class Evt2Kernel extends RawKernel {
  constructor(space: RunSpace) {
    super(space, KERNEL_MODULE, 'decodeEvt2');
  }
}
