/** Augmentations as one word of a command line: `nda`, or `flip:0.5,roll:5|rotate:30`. */
import { OptionError } from '../../events/index.ts';
import { parseEventAugmentation, type AugmentationStep } from '../../filters/index.ts';
import { knows, parseSteps } from '../../filters/augment/drawn.ts';
import { eventAugmentations } from '../../filters/augment/registry.ts';
import { checkAugmentation } from './augment-clip.ts';
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
  const steps = parseSteps(clipAugmentations, text);
  checkAugmentation(steps);
  return steps;
}

/** What is done to events, and what to the clips that are made of them. */
export interface Augmentations {
  readonly events: readonly AugmentationStep[];
  readonly clips: readonly AugmentationStep[];
}

/**
 * Reads steps of both kinds. Steps on events come in front of all on clips, wherever they stand. A step that both know (`flip:0.5`) is
 * on clips.
 *
 * @throws OptionError naming what is wrong.
 *
 * @example
 * ```ts
 * import { parseAugmentations } from 'saccade/training';
 * const { events, clips } = parseAugmentations('nda,event-drop,flip:0.5');
 * console.log(events.length, clips.length); // 1 2
 * ```
 */
export function parseAugmentations(text: string): Augmentations {
  const parts = text.split(',').map((part) => part.trim());
  const ofEvents = parts.filter(
    (part) => !isKnown(part, clipAugmentations) && isKnown(part, eventAugmentations),
  );
  const ofClips = parts.filter((part) => !ofEvents.includes(part));
  for (const part of ofClips) {
    const unknown = idsOf(part).filter((id) => !knows(clipAugmentations, id));
    if (unknown.length < idsOf(part).length && unknown.some((id) => knows(eventAugmentations, id)))
      throw new OptionError(
        'augment',
        `has ${part}, which asks for a choice between operations on clips and such on events: make it two steps`,
      );
  }
  return {
    events: ofEvents.length === 0 ? [] : parseEventAugmentation(ofEvents.join(',')),
    clips: ofClips.length === 0 ? [] : parseAugmentation(ofClips.join(',')),
  };
}

/** Names of a step's operations, or of the set that it is. */
function idsOf(part: string): string[] {
  return part.split('|').map((one) => one.split(':')[0]!.trim());
}

function isKnown(part: string, list: Parameters<typeof knows>[0]): boolean {
  return idsOf(part).every((id) => knows(list, id));
}
