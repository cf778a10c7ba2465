/** What the loss asks of a batch: how much of each sample is of which class. */
import type { SampleBatch } from '../../operators/index.ts';
import type { ClassShare } from '../frames/index.ts';
import { TrainingError } from './errors.ts';

/** Shares add up to 1 but for what rounding leaves. */
const ROUNDING = 1e-9;

/**
 * Shares of the classes of each sample: those of a batch with mixed samples, else all of its label.
 *
 * @param classes how many there are.
 * @throws TrainingError `BAD_LABEL` for a class that there is not, and for shares that are no distribution.
 *
 * @example
 * ```ts
 * import { classShares } from 'saccade/training';
 * const batch = { counts: new Uint8Array(4), labels: Int32Array.of(1, 0), steps: 1, size: 2, geometry: { width: 1, height: 1 } };
 * console.log(classShares(batch, 2)[0]); // [{ label: 1, share: 1 }]
 * ```
 */
export function classShares(
  { labels, shares, size }: Pick<SampleBatch, 'labels' | 'shares' | 'size'>,
  classes: number,
): readonly (readonly ClassShare[])[] {
  const all = shares ?? Array.from(labels, (label) => [{ label, share: 1 }]);
  if (all.length !== size || labels.length !== size)
    throw new TrainingError('BAD_LABEL', `A batch of ${size} samples has labels for ${all.length}.`);
  all.forEach((own, sample) => {
    for (const { label, share } of own) {
      if (!(Number.isInteger(label) && label >= 0 && label < classes))
        throw new TrainingError(
          'BAD_LABEL',
          `Sample ${sample} of a batch has label ${label}; there are ${classes} classes.`,
        );
      if (!(share >= 0 && share <= 1)) throw wrongShares(sample, `one of ${share}`);
    }
    const total = own.reduce((sum, { share }) => sum + share, 0);
    if (!(Math.abs(total - 1) <= ROUNDING)) throw wrongShares(sample, `${total} together`);
  });
  return all;
}

function wrongShares(sample: number, what: string): TrainingError {
  return new TrainingError(
    'BAD_LABEL',
    `Sample ${sample} of a batch has shares of classes that are ${what}: they must be from 0 to 1, and 1 together.`,
  );
}
