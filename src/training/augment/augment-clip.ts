/** Augmentation of clips: one draw for all T frames, replayable from (seed, epoch, sample). */
import type { SeededRandom } from '../../events/index.ts';
import type { FrameClip } from '../../frames/index.ts';
import { checkSteps, drawOperation } from './drawn.ts';
import type { AugmentationStep } from './operation.ts';
import { clipAugmentations } from './registry.ts';

/** @throws OptionError for an unknown operation, an amount out of its range, or a step without any. */
export function checkAugmentation(steps: readonly AugmentationStep[]): void {
  checkSteps(clipAugmentations, steps);
}

/**
 * Does all steps in order: of each one operation, drawn where there are several.
 *
 * @throws OptionError as {@link checkAugmentation}.
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
    return operation.apply(changed, amount, random);
  }, clip);
}
