/** From the gradient of M_tau to those of the numbers that it is made of. */
import {
  positive,
  usedTaps,
  type FixedPointM,
  type MfpNode,
  type ParameterValues,
} from '../../network/index.ts';

/** d softplus(x) / dx. */
function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/**
 * Rounding to fixed point passes gradients on unchanged.
 *
 * @param fixed the matrix in hand.
 * @param p the neuron's parameters.
 * @param matrix gradient of M, `[T, T]`, row-major; above the diagonal 0.
 */
export function mixingGradient(
  node: MfpNode,
  fixed: FixedPointM,
  p: ParameterValues,
  matrix: Float64Array,
): Record<string, Float64Array> {
  const { steps } = node.context;
  const entry = (t: number, i: number): number => matrix[t * steps + i]!;
  const each = (count: number, value: (index: number) => number): Float64Array =>
    Float64Array.from({ length: count }, (_, index) => value(index));
  const sum = (from: number, end: number, value: (index: number) => number): number => {
    let total = 0;
    for (let index = from; index < end; index++) total += value(index);
    return total;
  };
  switch (node.spec.structure) {
    case 'full':
      return { m: matrix };
    case 'sliding':
      return { w: each(usedTaps(node), (d) => sum(d, steps, (t) => entry(t, t - d))) };
    case 'rank1': {
      const row = (i: number): number => fixed.mixing[(steps - 1) * steps + i]! / 2 ** fixed.fractionBits;
      return {
        a: each(steps, (t) => sigmoid(p['a']![t]!) * sum(0, t + 1, (i) => entry(t, i) * row(i))),
        b: each(steps, (i) => sum(i, steps, (t) => entry(t, i) * positive(p['a']![t]!))),
      };
    }
    case 'diagonal':
      return { tau: each(steps, (t) => sigmoid(p['tau']![t]!) * entry(t, t)) };
  }
}
