/** All operations on events and the sets that papers use, one line each. */
import { flip, flipPolarity, flipVertically, reverseTime } from './chances.ts';
import type { OperationList } from './drawn.ts';
import { dropArea, dropRandom, dropTime, nothing } from './drops.ts';
import type { EventOperation } from './event-operation.ts';
import { noise, spaceJitter, timeJitter } from './jitters.ts';
import type { AugmentationStep } from './operation.ts';

/** Every operation there is. */
export const eventOperations: readonly EventOperation[] = [
  flip,
  flipVertically,
  flipPolarity,
  reverseTime,
  spaceJitter,
  timeJitter,
  noise,
  dropRandom,
  dropArea,
  dropTime,
  nothing,
];

/** Sets by name. EventDrop (Gu et al., IJCAI 2021), with its code's shares: exactly one of four for each recording. */
export const eventAugmentationSets: Readonly<Record<string, readonly AugmentationStep[]>> = {
  'event-drop': [
    [
      { operation: 'nothing', amount: 0 },
      { operation: 'drop-time', amount: 0.9 },
      { operation: 'drop-area', amount: 0.25 },
      { operation: 'drop-random', amount: 0.9 },
    ],
  ],
};

/** Operations on events. */
export const eventAugmentations: OperationList<EventOperation> = {
  operations: eventOperations,
  sets: eventAugmentationSets,
  elsewhere: () => null,
};
