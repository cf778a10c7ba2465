/** Augmentations as one word of a command line: `nda`, or `flip:0.5,roll:5|rotate:30`. */
import { OptionError } from '../../events/index.ts';
import { checkAugmentation } from './augment-clip.ts';
import type { Augmentation, AugmentationStep } from './operation.ts';
import { augmentationSets } from './registry.ts';

/**
 * Reads steps that are separated by commas. A step is the name of a set, or `operation:amount`, or several of these with `|`
 * between them, of which one is drawn for each clip.
 *
 * @throws OptionError naming what is wrong.
 *
 * @example
 * ```ts
 * import { parseAugmentation } from 'saccade/training';
 * console.log(parseAugmentation('flip:0.5,roll:5|rotate:30').length); // 2
 * console.log(parseAugmentation('nda')[0]?.map(({ operation }) => operation)); // ['roll', 'rotate', 'shear']
 * ```
 */
export function parseAugmentation(text: string): AugmentationStep[] {
  const steps = text.split(',').flatMap((part): readonly AugmentationStep[] => {
    const name = part.trim();
    if (Object.hasOwn(augmentationSets, name)) return augmentationSets[name]!;
    return [name.split('|').map((one) => parseOne(one.trim()))];
  });
  checkAugmentation(steps);
  return steps;
}

function parseOne(text: string): Augmentation {
  const [operation = '', amount = '', ...rest] = text.split(':');
  if (operation === '' || amount.trim() === '' || rest.length > 0) {
    const sets = Object.keys(augmentationSets).join(', ');
    throw new OptionError('augment', `must be a set (${sets}) or operation:amount, got "${text}"`);
  }
  return { operation, amount: Number(amount) };
}
