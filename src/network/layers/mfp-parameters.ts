/** What an MFP neuron trains, by structure of M_tau: initial values, the matrix in the training graph, limits. */
import { awayFromZero, fractionBitsFor, MAX_ROW_SUM, POSITIVE_MARGIN } from '../neuron/fixed-point.ts';
import { lowerTriangle } from '../neuron/m-tau.ts';
import type { ParameterSpec, ParameterValues } from './layer-kind.ts';
import { usedTaps, type MfpNode } from './mfp-spec.ts';
import { normParameters, startingAt } from './neuron-norm.ts';
import type { TensorOps } from './tensor-ops.ts';

/** softplus^-1(x - margin), so that training starts at exactly x. */
function beforeSoftplus(x: number): number {
  const y = x - POSITIVE_MARGIN;
  // log(e^y - 1); e^y alone overflows where a slow leak goes over many steps.
  return y + Math.log(-Math.expm1(-y));
}

function mixingParameters(node: MfpNode): ParameterSpec[] {
  const { decay, structure } = node.spec;
  const { steps } = node.context;
  const each = (count: number, entry: (index: number) => number): number[] =>
    Array.from({ length: count }, (_, index) => entry(index));
  switch (structure) {
    case 'full':
      return [
        startingAt(
          'm',
          [steps, steps],
          lowerTriangle(steps, (t, i) => decay ** (t - i)),
        ),
      ];
    case 'sliding': {
      const taps = usedTaps(node);
      return [
        startingAt(
          'w',
          [taps],
          each(taps, (d) => decay ** d),
        ),
      ];
    }
    case 'rank1': {
      // Rank 1 cannot be the identity; without a decay it starts as a slow leak.
      const leak = decay || 0.75;
      return [
        startingAt(
          'a',
          [steps],
          each(steps, (t) => beforeSoftplus(leak ** (t - steps + 1))),
        ),
        startingAt(
          'b',
          [steps],
          each(steps, (i) => leak ** (steps - 1 - i)),
        ),
      ];
    }
    case 'diagonal':
      return [
        startingAt(
          'tau',
          [steps],
          each(steps, () => beforeSoftplus(1)),
        ),
      ];
  }
}

/** The numbers of M_tau, and those of the batch norm. */
export function mfpParameters(node: MfpNode): ParameterSpec[] {
  return [...mixingParameters(node), ...normParameters(node)];
}

/** M_tau as a tensor of the training graph, rounded like the exported one. */
export function matrixTensor<Tensor>(
  ops: TensorOps<Tensor>,
  node: MfpNode,
  p: Readonly<Record<string, Tensor>>,
): Tensor {
  const { steps } = node.context;
  const bits = fractionBitsFor(node.input.bound, steps);
  const constant = (entry: (t: number, i: number) => number): Tensor =>
    ops.constant(Float32Array.from(lowerTriangle(steps, entry)), [steps, steps]);
  const margin = ops.constant(Float32Array.of(POSITIVE_MARGIN), [1, 1]);
  const positiveColumn = (x: Tensor): Tensor => ops.add(ops.softplus(ops.reshape(x, [steps, 1])), margin);
  switch (node.spec.structure) {
    case 'full':
      return ops.roundFixed(
        ops.mul(
          p['m']!,
          constant(() => 1),
        ),
        bits,
      );
    case 'sliding': {
      // The sum of w[d] times the matrix that shifts by d steps, all shifts as one [k, T * T] constant.
      const taps = usedTaps(node);
      const shifts = new Float32Array(taps * steps * steps);
      for (let d = 0; d < taps; d++) {
        shifts.set(
          lowerTriangle(steps, (t, i) => (t - i === d ? 1 : 0)),
          d * steps * steps,
        );
      }
      const row = ops.reshape(ops.roundFixed(p['w']!, bits), [1, taps]);
      return ops.reshape(ops.dense(row, ops.constant(shifts, [taps, steps * steps])), [steps, steps]);
    }
    case 'rank1': {
      const row = ops.roundFixed(ops.reshape(p['b']!, [1, steps]), bits);
      return ops.mul(
        ops.mul(positiveColumn(p['a']!), row),
        constant(() => 1),
      );
    }
    case 'diagonal':
      return ops.mul(
        positiveColumn(p['tau']!),
        constant((t, i) => (t === i ? 1 : 0)),
      );
  }
}

/** Scales rows that grew beyond {@link MAX_ROW_SUM} back to it, and keeps the diagonal off zero. */
export function projectMatrix(
  { spec, input, context: { steps } }: MfpNode,
  p: ParameterValues,
): ParameterValues {
  const bits = fractionBitsFor(input.bound, steps);
  const scaledBack = (row: Float32Array): Float32Array => {
    const excess = row.reduce((sum, entry) => sum + Math.abs(entry), 0) / MAX_ROW_SUM;
    return excess > 1 ? row.map((entry) => entry / excess) : row;
  };
  switch (spec.structure) {
    case 'full': {
      const m = Float32Array.from(p['m']!);
      for (let t = 0; t < steps; t++) {
        const row = m.subarray(t * steps, t * steps + t + 1);
        row.set(scaledBack(row));
        row[t] = awayFromZero(row[t]!, bits);
      }
      return { m };
    }
    case 'sliding': {
      // Every row of M is a part of the taps, so the taps' sum bounds them all.
      const w = Float32Array.from(scaledBack(p['w']!));
      w[0] = awayFromZero(w[0]!, bits);
      return { w };
    }
    case 'rank1':
      return { b: scaledBack(p['b']!).map((entry) => awayFromZero(entry, bits)) };
    case 'diagonal':
      return {};
  }
}
