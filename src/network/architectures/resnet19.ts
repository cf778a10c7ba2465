import type { Architecture } from './architecture.ts';
import { describeResidual } from './residual.ts';

/**
 * ResNet19 of the paper's CIFAR experiments in Q-SNN's form: one linear layer (TET's has two, which makes it 19), and in
 * the first stage shortcuts without a convolution. It differs from both in the batch norm: one over the sum of main
 * branch and shortcut instead of one for each, see `ResidualAddSpec`.
 */
export const resnet19: Architecture = {
  name: 'resnet19',
  summary: '128 stem, residual blocks 3x128-3x256-2x512, global pool, FC; the paper uses 32x32 and T = 4',
  describe: (options) =>
    describeResidual(
      'resnet19',
      [
        { blocks: 3, planes: 128, stride: 1 },
        { blocks: 3, planes: 256, stride: 2 },
        { blocks: 2, planes: 512, stride: 2 },
      ],
      options,
    ),
};
