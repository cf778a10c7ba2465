/** Weights of classes that have unlike numbers of samples. */
import { OptionError } from '../events/index.ts';

/**
 * n / (k n_c) for k classes with samples: every class counts the same in the loss, and a sample weighs 1 on average.
 * Classes without samples get 1.
 *
 * @param labels of all training samples.
 *
 * @example
 * ```ts
 * import { balancedClassWeights } from 'saccade/training';
 * console.log(balancedClassWeights([0, 0, 0, 1], 2)); // [0.6666666666666666, 2]
 * ```
 */
export function balancedClassWeights(labels: readonly number[], classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const label of labels) counts[label]!++;
  const present = counts.filter((count) => count > 0).length;
  return counts.map((count) => (count === 0 ? 1 : labels.length / (present * count)));
}

/** @throws OptionError unless there is a number above 0 for each class. */
export function checkClassWeights(weights: readonly number[] | undefined, classes: number): void {
  if (weights === undefined) return;
  if (weights.length === classes && weights.every((weight) => weight > 0 && Number.isFinite(weight))) return;
  throw new OptionError('classWeights', `must have a number above 0 for each of the ${classes} classes`);
}
