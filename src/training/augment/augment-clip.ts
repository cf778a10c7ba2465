/** Augmentation of clips: one draw for all T frames, replayable from (seed, epoch, sample). */
import { OptionError, type SeededRandom } from '../../events/index.ts';
import type { FrameClip } from '../../frames/index.ts';
import type { Augmentation, AugmentationOperation, AugmentationStep } from './operation.ts';
import { augmentationOperations } from './registry.ts';

function operationOf({ operation: id, amount }: Augmentation): AugmentationOperation {
  const operation = augmentationOperations.find((known) => known.id === id);
  if (operation === undefined) {
    const names = augmentationOperations.map((known) => known.id).join(', ');
    throw new OptionError('augment', `has no operation "${id}"; there are ${names}`);
  }
  const { means, max, whole } = operation.amount;
  if (!(amount >= 0 && amount <= max) || (whole && !Number.isInteger(amount))) {
    const kind = whole ? 'a whole number' : 'a number';
    throw new OptionError('augment', `of ${id} must be ${kind} from 0 to ${max} (${means}), got ${amount}`);
  }
  return operation;
}

/** @throws OptionError for an unknown operation, an amount out of its range, or a step without any. */
export function checkAugmentation(steps: readonly AugmentationStep[]): void {
  for (const step of steps) {
    if (step.length === 0) throw new OptionError('augment', 'has a step without an operation');
    for (const augmentation of step) operationOf(augmentation);
  }
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
    const chosen = step[step.length === 1 ? 0 : random.integer(step.length)];
    if (chosen === undefined) throw new OptionError('augment', 'has a step without an operation');
    return operationOf(chosen).apply(changed, chosen.amount, random);
  }, clip);
}
