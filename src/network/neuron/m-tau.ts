/**
 * The matrix M_tau that mixes the T input currents of a neuron (paper Eq. 7 and 8), and the paper's
 * literal Eq. 9 thresholds made from it. Matrices are row-major, row t = time step t, lower triangular.
 */
import { NetworkError } from '../errors.ts';

/**
 * The structure of M_tau. `full`: any lower triangle (Eq. 8). `sliding`: M[t,i] = w[t - i] for the last k steps,
 * else 0, the same taps for every t (Sliding PSN); k - 1 past currents per neuron when streaming. `rank1`:
 * M[t,i] = a_t * b_i, exact with one accumulator per neuron when streaming (Eq. 6 is a_t = 1). `diagonal`: M[t,t]
 * only, no state at all, and the only structure for which Eq. 9 equals Eq. 7.
 */
export type MStructure = 'full' | 'sliding' | 'rank1' | 'diagonal';

/** Names of all structures. */
export const M_STRUCTURES: readonly MStructure[] = ['full', 'sliding', 'rank1', 'diagonal'];

/**
 * A T x T lower triangle from a function of (t, i), called for i <= t only.
 *
 * @example
 * ```ts
 * import { lowerTriangle } from 'saccade';
 * console.log(Array.from(lowerTriangle(2, (t, i) => 0.5 ** (t - i)))); // [1, 0, 0.5, 1]
 * ```
 */
export function lowerTriangle(steps: number, entry: (t: number, i: number) => number): Float64Array {
  const matrix = new Float64Array(steps * steps);
  for (let t = 0; t < steps; t++) {
    for (let i = 0; i <= t; i++) matrix[t * steps + i] = entry(t, i);
  }
  return matrix;
}

/**
 * The thresholds of Eq. 9 in its row-sum reading: theta = c * M^-1 * 1 with c = V_th / alpha, by forward
 * substitution: theta_t = (c - sum_{i<t} M[t,i] * theta_i) / M[t,t]. They replace Eq. 7 exactly only for a
 * diagonal M with a positive diagonal.
 *
 * @param matrix M_tau, T x T, row-major, lower triangular.
 * @param drive c = V_th / alpha, or one of its own for every step.
 * @returns T thresholds in the unit of the current.
 * @throws {@link NetworkError} `SINGULAR_M` if a diagonal entry is 0.
 *
 * @example
 * ```ts
 * import { eq9Thresholds } from 'saccade';
 * console.log(Array.from(eq9Thresholds([1, 0, 0.5, 1], 10))); // [10, 5]
 * ```
 */
export function eq9Thresholds(matrix: ArrayLike<number>, drive: number | ArrayLike<number>): Float64Array {
  const steps = Math.round(Math.sqrt(matrix.length));
  const theta = new Float64Array(steps);
  for (let t = 0; t < steps; t++) {
    let rest = typeof drive === 'number' ? drive : drive[t]!;
    for (let i = 0; i < t; i++) rest -= matrix[t * steps + i]! * theta[i]!;
    const diagonal = matrix[t * steps + t]!;
    if (diagonal === 0) {
      throw new NetworkError(
        'SINGULAR_M',
        `M[${t},${t}]`,
        'M_tau has a zero on its diagonal and no inverse.',
      );
    }
    theta[t] = rest / diagonal;
  }
  return theta;
}

/**
 * Eq. 7 for one neuron: spike t is 1 iff sum_{i<=t} M[t,i] * x_i >= c. In double precision; the engines
 * use integers, this is the definition they are compared with.
 *
 * @example
 * ```ts
 * import { eq7Spikes } from 'saccade';
 * console.log(Array.from(eq7Spikes([1, 0, 0.5, 1], [8, 6], 10))); // [0, 1]
 * ```
 */
export function eq7Spikes(matrix: ArrayLike<number>, currents: ArrayLike<number>, drive: number): Uint8Array {
  const steps = currents.length;
  const spikes = new Uint8Array(steps);
  for (let t = 0; t < steps; t++) {
    let potential = 0;
    for (let i = 0; i <= t; i++) potential += matrix[t * steps + i]! * currents[i]!;
    spikes[t] = potential >= drive ? 1 : 0;
  }
  return spikes;
}

/**
 * Eq. 9 for one neuron: spike t is 1 iff x_t >= theta_t. It knows nothing of earlier steps.
 *
 * @example
 * ```ts
 * import { eq9Spikes } from 'saccade';
 * console.log(Array.from(eq9Spikes([10, 5], [0, 6]))); // [0, 1], where Eq. 7 with M = [1, 0, ½, 1] gives [0, 0]
 * ```
 */
export function eq9Spikes(thresholds: ArrayLike<number>, currents: ArrayLike<number>): Uint8Array {
  return Uint8Array.from(currents, (current, t) => (current >= thresholds[t]! ? 1 : 0));
}
