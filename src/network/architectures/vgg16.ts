import type { Architecture } from './architecture.ts';
import { describePlain } from './plain.ts';

/**
 * VGG16 of the paper's TinyImageNet experiments: 13 convolutions, 14.7 M weights, and one linear read-out on what five
 * pools leave. The paper does not say which pools and which head it has; these are VGGSNN's.
 */
export const vgg16: Architecture = {
  name: 'vgg16',
  summary:
    '64-64-AP2-128-128-AP2-256-256-256-AP2-512-512-512-AP2-512-512-512-AP2-FC; the paper uses 64x64 images and T = 4; at least 32x32',
  describe: (options) =>
    describePlain(
      'vgg16',
      [64, 64, 'AP2', 128, 128, 'AP2', 256, 256, 256, 'AP2', 512, 512, 512, 'AP2', 512, 512, 512, 'AP2'],
      options,
    ),
};
