import type { Architecture } from './architecture.ts';
import { describePlain } from './plain.ts';

/** A small network for small sensors such as N-MNIST's 34x34: trains on a laptop in minutes. */
export const compact: Architecture = {
  name: 'compact',
  summary: '32-AP2-64-AP2-FC; for frames of about 17x17 to 34x34',
  describe: (options) => describePlain('compact', [32, 'AP2', 64, 'AP2'], options),
};
