/** Augmentation of events: filters that are drawn for one recording, replayable from (seed, epoch, sample). */
import type { SeededRandom } from '../../../events/index.ts';
import { filterSpec, type FilterSpec } from '../../../filters/index.ts';
import { drawOperation, parseSteps } from '../drawn.ts';
import type { AugmentationStep } from '../operation.ts';
import { eventAugmentations } from './registry.ts';

/**
 * Reads steps as {@link parseAugmentation} does, of operations on events.
 *
 * @throws OptionError naming what is wrong.
 *
 * @example
 * ```ts
 * import { parseEventAugmentation } from 'saccade/training';
 * console.log(parseEventAugmentation('event-drop,flip:0.5').length); // 2
 * ```
 */
export function parseEventAugmentation(text: string): AugmentationStep[] {
  return parseSteps(eventAugmentations, text);
}

/**
 * The filters that all steps in order come to, for one recording; of a step with several operations one is drawn. They are
 * plain data: in front of the `filters` of a `FrameRule` they change what frames are made of, alone they are a `FilterChain`.
 *
 * @param random of the seed, the epoch and the sample: equal ones draw the same.
 * @throws OptionError for an unknown operation, an amount out of its range, or a step without any.
 *
 * @example
 * ```ts
 * import { batchFromTuples, FilterChain, SeededRandom } from 'saccade';
 * import { drawFilters, parseEventAugmentation } from 'saccade/training';
 * const steps = parseEventAugmentation('flip:1,drop-random:0.5');
 * const [seed, epoch, sample] = [1, 0, 7];
 * const filters = drawFilters(steps, new SeededRandom(seed, epoch, sample));
 * console.log(filters.map(({ filter }) => filter)); // ['flip', 'drop']
 * const chain = new FilterChain(filters);
 * const [left] = chain.push(batchFromTuples([[0, 0, 1, 1], [5, 0, 2, 0]], { width: 4, height: 4 }));
 * console.log(left?.x[0] ?? 3); // 3
 * ```
 */
export function drawFilters(steps: readonly AugmentationStep[], random: SeededRandom): FilterSpec[] {
  return steps.flatMap((step) => {
    const { operation, amount } = drawOperation(eventAugmentations, step, random);
    const drawn = operation.draw(amount, random);
    return drawn === null ? [] : [filterSpec(drawn)];
  });
}
