/** All operations and the sets that papers use, one line each. */
import type { OperationList } from './drawn.ts';
import { eventOperations } from './events/registry.ts';
import { cutout } from './cutout.ts';
import { flip } from './flip.ts';
import type { AugmentationOperation, AugmentationStep } from './operation.ts';
import { reverseTime } from './reverse-time.ts';
import { roll } from './roll.ts';
import { rotate } from './rotate.ts';
import { shear } from './shear.ts';
import { shift } from './shift.ts';

/** Every operation there is. */
export const augmentationOperations: readonly AugmentationOperation[] = [
  shift,
  roll,
  flip,
  rotate,
  shear,
  cutout,
  reverseTime,
];

/**
 * Sets by name. NDA (Li et al., ECCV 2022): exactly one of three for each clip, with its code's amounts for CIFAR10-DVS and for
 * N-Caltech101. TET (Deng et al., ICLR 2022), TEBN and PSN as their CIFAR10-DVS code.
 */
export const augmentationSets: Readonly<Record<string, readonly AugmentationStep[]>> = {
  nda: [
    [
      { operation: 'roll', amount: 5 },
      { operation: 'rotate', amount: 30 },
      { operation: 'shear', amount: 30 },
    ],
  ],
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
export const clipAugmentations: OperationList<AugmentationOperation> = {
  operations: augmentationOperations,
  sets: augmentationSets,
  elsewhere: (id) =>
    eventOperations.some((operation) => operation.id === id)
      ? `has ${id}, which changes events: training reads them once and draws anew from clips. Do it in front of the frames, with --filter, or drawFilters for each sample`
      : null,
};
