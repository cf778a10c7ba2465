/** From logits to a decision. */

/**
 * Index of the largest value; ties go to the lower index.
 *
 * @example
 * ```ts
 * import { argmax } from 'saccade';
 * console.log(argmax([1, 3, 3])); // 1
 * ```
 */
export function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}

/**
 * Softmax of `scale * logits`, safe for large values.
 *
 * @example
 * ```ts
 * import { softmax } from 'saccade';
 * console.log(softmax([0, 0], 1)); // [0.5, 0.5]
 * ```
 */
export function softmax(logits: ArrayLike<number>, scale: number): number[] {
  const largest = Math.max(...Array.from(logits));
  const exponentials = Array.from(logits, (logit) => Math.exp(scale * (logit - largest)));
  const total = exponentials.reduce((a, b) => a + b, 0);
  return exponentials.map((value) => value / total);
}
