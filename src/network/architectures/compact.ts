import type { Architecture } from './architecture.ts';
import { describePlain } from './plain.ts';

/** A small network for small sensors such as N-MNIST's 34x34: trains on a laptop in minutes. */
export const compact: Architecture = {
  name: 'compact',
  summary: 'AP2-32-AP2-64-AP2-FC; for sensors of about 34x34',
  describe: (options) => describePlain('compact', ['AP2', 32, 'AP2', 64, 'AP2'], options),
};
