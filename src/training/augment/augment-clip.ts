/** Augmentation of clips: one draw for all T frames, replayable from (seed, epoch, sample). */
import { OptionError, type SeededRandom } from '../../events/index.ts';
import type { AugmentationStep } from '../../filters/index.ts';
import { checkSteps, drawOperation } from '../../filters/augment/drawn.ts';
import { POLARITY_CHANNELS, type FrameClip } from '../../frames/index.ts';
import { augmentationOperations, clipAugmentations } from './registry.ts';

/**
 * @throws OptionError for an unknown operation, an amount out of its range, a step without any, or a second one that
 * mixes: partners would be mixtures too.
 */
export function checkAugmentation(steps: readonly AugmentationStep[]): void {
  checkSteps(clipAugmentations, steps);
  const mixing = steps.filter((step) => step.some(({ operation }) => isMixing(operation)));
  if (mixing.length > 1)
    throw new OptionError(
      'augment',
      'mixes clips in more than one step; give them as one, as mixup:0.2|cutmix:1',
    );
}

/**
 * Operations that a network's input has the meaning for.
 *
 * @param channels of the input.
 * @throws OptionError for one of the polarities of events, where there are none.
 */
export function checkChannels(steps: readonly AugmentationStep[], channels: number): void {
  if (channels === POLARITY_CHANNELS) return;
  const named = new Set(steps.flat().map(({ operation }) => operation));
  const wrong = augmentationOperations.find(
    (operation) => named.has(operation.id) && 'eventsOnly' in operation,
  );
  if (wrong === undefined) return;
  throw new OptionError(
    'augment',
    `has ${wrong.id}, which changes polarities of events, and the network reads ${channels} values a pixel`,
  );
}

function isMixing(id: string): boolean {
  const operation = augmentationOperations.find((known) => known.id === id);
  return operation !== undefined && 'mix' in operation;
}

/**
 * Does all steps in order: of each one operation, drawn where there are several.
 *
 * @throws OptionError as {@link checkAugmentation}, and for an operation that takes another clip: see {@link augmentSample}.
 *
 * @example
 * ```ts
 * import { SeededRandom } from 'saccade';
 * import { augmentationSets, augmentClip } from 'saccade/training';
 * const counts = new Uint8Array([1, 2, 3, 0, 0, 0]);
 * const clip = { steps: 1, geometry: { width: 3, height: 1 }, counts, events: 6, saturated: 0, outside: 0 };
 * const flipped = augmentClip(clip, [[{ operation: 'flip', amount: 1 }]], new SeededRandom(1));
 * console.log(Array.from(flipped.counts)); // [3, 2, 1, 0, 0, 0]
 * console.log(augmentClip(clip, augmentationSets['nda']!, new SeededRandom(1, 0, 7)).steps); // 1
 * ```
 */
export function augmentClip(
  clip: FrameClip,
  steps: readonly AugmentationStep[],
  random: SeededRandom,
): FrameClip {
  return steps.reduce((changed, step) => {
    const { operation, amount } = drawOperation(clipAugmentations, step, random);
    if ('apply' in operation) return operation.apply(changed, amount, random);
    throw new OptionError(
      'augment',
      `has ${operation.id}, which takes another clip: it is for augmentSample`,
    );
  }, clip);
}
