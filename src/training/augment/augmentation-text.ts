/** Augmentations as one word of a command line: `nda`, or `flip:0.5,roll:5|rotate:30`. */
import { parseSteps } from './drawn.ts';
import type { AugmentationStep } from './operation.ts';
import { clipAugmentations } from './registry.ts';

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
  return parseSteps(clipAugmentations, text);
}
