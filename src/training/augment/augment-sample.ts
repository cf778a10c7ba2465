/** Augmentation of the samples of a training set, those that take part of another among them. */
import { SeededRandom } from '../../events/index.ts';
import type { AugmentationStep } from '../../filters/index.ts';
import { drawOperation } from '../../filters/augment/drawn.ts';
import type { ClassShare, LabelledClip } from '../../frames/index.ts';
import { clipAugmentations } from './registry.ts';

/** What a draw depends on. */
export interface DrawKeys {
  readonly seed: number;
  readonly epoch: number;
}

/**
 * Does all steps in order to one sample of a set: of each one operation, drawn where there are several. What is drawn depends on
 * seed, epoch and sample alone. An operation that mixes takes another sample, any of the set as likely, as that is in the same
 * epoch behind the steps before. (Others take partners from the batch, which come to the same; but then a sample
 * would be another with another batch size, and one that is a batch by itself would have none.)
 *
 * @param sample its index in the set.
 * @param steps at most one of which mixes.
 * @throws OptionError as {@link checkAugmentation}.
 *
 * @example
 * ```ts
 * import { augmentSample, parseAugmentation } from 'saccade/training';
 * const clip = (count: number) => ({ steps: 1, geometry: { width: 1, height: 1 }, counts: new Uint8Array(2).fill(count), events: 0, saturated: 0, outside: 0 });
 * const samples = [{ clip: clip(0), label: 0 }, { clip: clip(10), label: 1 }];
 * const { shares, clip: mixed } = augmentSample(samples, 0, parseAugmentation('mixup:1'), { seed: 1, epoch: 0 });
 * const other = shares?.find(({ label }) => label === 1)?.share ?? 0;
 * console.log(Math.abs(mixed.counts[0]! - 10 * other) < 1); // true
 * ```
 */
export function augmentSample(
  samples: readonly LabelledClip[],
  sample: number,
  steps: readonly AugmentationStep[],
  keys: DrawKeys,
): LabelledClip {
  const random = new SeededRandom(keys.seed, keys.epoch, sample);
  return steps.reduce((own: LabelledClip, step, i) => {
    const { operation, amount } = drawOperation(clipAugmentations, step, random);
    if ('apply' in operation) return { ...own, clip: operation.apply(own.clip, amount, random) };
    const partner = another(samples.length, sample, random);
    const other = augmentSample(samples, partner, steps.slice(0, i), keys);
    const { clip, share } = operation.mix(own.clip, other.clip, amount, random);
    return mixedLabel(clip, own, other, share);
  }, samples[sample]!);
}

/** Any other of a set; of a set of one, itself. */
function another(size: number, sample: number, random: SeededRandom): number {
  if (size === 1) return sample;
  const drawn = random.integer(size - 1);
  return drawn < sample ? drawn : drawn + 1;
}

function mixedLabel(
  clip: LabelledClip['clip'],
  { label }: LabelledClip,
  { label: other }: LabelledClip,
  share: number,
): LabelledClip {
  if (label === other || share === 1) return { clip, label };
  if (share === 0) return { clip, label: other };
  const shares: readonly ClassShare[] = [
    { label, share },
    { label: other, share: 1 - share },
  ];
  return { clip, label: share >= 0.5 ? label : other, shares };
}
