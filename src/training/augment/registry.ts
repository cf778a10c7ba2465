/** All operations and the sets that papers use, one line each. */
import { eventOperations, type AugmentationStep } from '../../filters/index.ts';
import type { OperationList } from '../../filters/augment/drawn.ts';
import { cutmix } from './cutmix.ts';
import { cutout } from './cutout.ts';
import { flip } from './flip.ts';
import { mixup } from './mixup.ts';
import { nothing } from './nothing.ts';
import type { ClipOperation } from './operation.ts';
import { reverseTime } from './reverse-time.ts';
import { roll } from './roll.ts';
import { rotate } from './rotate.ts';
import { shear } from './shear.ts';
import { shift } from './shift.ts';

/** Every operation there is. */
export const augmentationOperations: readonly ClipOperation[] = [
  shift,
  roll,
  flip,
  rotate,
  shear,
  cutout,
  reverseTime,
  mixup,
  cutmix,
  nothing,
];

/** One of three for each clip, with the amounts of NDA's code for CIFAR10-DVS. */
const NDA: AugmentationStep = [
  { operation: 'roll', amount: 5 },
  { operation: 'rotate', amount: 30 },
  { operation: 'shear', amount: 30 },
];

/**
 * Sets by name. NDA (Li et al., ECCV 2022): exactly one of three for each clip, with its code's amounts for CIFAR10-DVS and for
 * N-Caltech101. Its code has CutMix too (α = 1) and never calls it: that is a set of its own. TET (Deng et al., ICLR 2022), TEBN and PSN as their CIFAR10-DVS code.
 */
export const augmentationSets: Readonly<Record<string, readonly AugmentationStep[]>> = {
  nda: [NDA],
  'nda-cutmix': [NDA, [{ operation: 'cutmix', amount: 1 }]],
  'nda-ncaltech101': [
    [
      { operation: 'roll', amount: 3 },
      { operation: 'rotate', amount: 15 },
      { operation: 'shear', amount: 15 },
    ],
  ],
  tet: [[{ operation: 'flip', amount: 0.5 }], [{ operation: 'roll', amount: 5 }]],
  psn: [[{ operation: 'shift', amount: 4 }], [{ operation: 'flip', amount: 0.5 }]],
};

/** Operations on clips. */
export const clipAugmentations: OperationList<ClipOperation> = {
  operations: augmentationOperations,
  sets: augmentationSets,
  elsewhere: (id) =>
    eventOperations.some((operation) => operation.id === id)
      ? `has ${id}, which changes events and no clips: see parseEventAugmentation and drawFilters`
      : null,
};
