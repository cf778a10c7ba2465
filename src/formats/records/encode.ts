/** Events into records of bit fields, by the kernel where it runs, else by the plain loop. */
import { RecordEncodeKernel } from './encode-kernel.ts';
import { encodeRecordsScalar, type EncodeRecords } from './encode-scalar.ts';
import { giveSpace, takeSpace } from './run-space.ts';

export type { EncodeRecords, TimeWindow } from './encode-scalar.ts';

/** See {@link EncodeRecords}. Layouts of up to 8 bytes, in which a byte holds bits of two words at most. */
export const encodeRecords: EncodeRecords = (layout, window, batch, from, to, output, at) => {
  const space = takeSpace();
  const fast = space.kernel(RecordEncodeKernel);
  const next =
    fast === null
      ? encodeRecordsScalar(layout, window, batch, from, to, output, at)
      : fast.encode(layout, window, batch, from, to, output, at);
  giveSpace(space);
  return next;
};
