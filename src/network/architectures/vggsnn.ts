import type { Architecture } from './architecture.ts';
import { describePlain } from './plain.ts';

/** VGGSNN of the paper's CIFAR10-DVS experiments (from TET): 48x48 input, T = 10. */
export const vggsnn: Architecture = {
  name: 'vggsnn',
  summary: '64-128-AP2-256-256-AP2-512-512-AP2-512-512-AP2-FC; the paper uses 48x48 input and T = 10',
  describe: (options) =>
    describePlain('vggsnn', [64, 128, 'AP2', 256, 256, 'AP2', 512, 512, 'AP2', 512, 512, 'AP2'], options),
};
