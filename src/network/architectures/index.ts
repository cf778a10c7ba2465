/** The one list of architectures. */
import type { Architecture } from './architecture.ts';
import { compact } from './compact.ts';
import { resnet19 } from './resnet19.ts';
import { vgg16 } from './vgg16.ts';
import { vggsnn } from './vggsnn.ts';

/** All architectures that `saccade train --network` knows by name. */
export const architectures: readonly Architecture[] = [compact, vggsnn, vgg16, resnet19];

export type { Architecture, ArchitectureOptions, NeuronOptions } from './architecture.ts';
export { describePlain, type PlainStack } from './plain.ts';
export { describeResidual, type ResidualStage } from './residual.ts';
