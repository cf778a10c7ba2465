/** Augmentation of events: filters that are drawn for one recording, replayable from (seed, epoch, sample). */
import { xxHash32 } from 'js-xxhash';
import { SeededRandom } from '../../events/index.ts';
import type { FilterSpec } from '../event-filter.ts';
import { filterSpec } from '../filter-spec.ts';
import { checkSteps, drawOperation, parseSteps } from './drawn.ts';
import type { AugmentationStep } from './operation.ts';
import { eventAugmentations } from './registry.ts';

/**
 * Reads steps that are separated by commas, of operations on events. A step is the name of a set, or `operation:amount`, or several
 * of these with `|` between them, of which one is drawn for each recording.
 *
 * @throws OptionError naming what is wrong.
 *
 * @example
 * ```ts
 * import { parseEventAugmentation } from 'saccade';
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
 * import { batchFromTuples, drawFilters, FilterChain, parseEventAugmentation, SeededRandom } from 'saccade';
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

/**
 * Checks steps that are data already.
 *
 * @throws OptionError for an unknown operation, an amount out of its range, or a step without any.
 *
 * @example
 * ```ts
 * import { checkEventAugmentation } from 'saccade';
 * try { checkEventAugmentation([[{ operation: 'roll', amount: 1 }]]); } catch (error) { console.log((error as Error).message.slice(0, 42)); } // Option augment has no operation "roll"; th
 * ```
 */
export function checkEventAugmentation(steps: readonly AugmentationStep[]): void {
  checkSteps(eventAugmentations, steps);
}

/** What is drawn for recordings of a data set. */
export interface EventAugmentation {
  readonly steps: readonly AugmentationStep[];
  /** A whole number from 0 to 2^32 - 1. */
  readonly seed: number;
}

/**
 * As {@link drawFilters}, for a recording of a data set: by its name, so that it gets the same whatever else is in the set.
 *
 * @param epoch or the number of the copy, from 0.
 * @param name tells it from all others.
 *
 * @example
 * ```ts
 * import { drawFiltersOf, parseEventAugmentation } from 'saccade';
 * const augmentation = { steps: parseEventAugmentation('noise:5'), seed: 1 };
 * console.log(drawFiltersOf(augmentation, 0, 'train/7/00001')[0]?.filter); // 'noise'
 * ```
 */
export function drawFiltersOf({ steps, seed }: EventAugmentation, epoch: number, name: string): FilterSpec[] {
  return drawFilters(steps, new SeededRandom(seed, epoch, xxHash32(new TextEncoder().encode(name), 0)));
}
