/**
 * The MFP neuron with its batch norm: integer currents in, spikes out. Eq. 7 in training and in exact
 * inference, Eq. 9 on request; see the neuron folder for the maths.
 */
import { z } from 'zod';
import { NetworkError } from '../errors.ts';
import { foldNorm, foldThreshold, EXACT_FLOAT32_BOUND } from '../neuron/folding.ts';
import {
  awayFromZero,
  fractionBitsFor,
  largestRowSum,
  MAX_ROW_SUM,
  POSITIVE_MARGIN,
  toFixedPoint,
} from '../neuron/fixed-point.ts';
import { eq9Thresholds, lowerTriangle, M_STRUCTURES, type MStructure } from '../neuron/m-tau.ts';
import type { NamedTensor, TensorSpec } from '../tensor.ts';
import {
  tensorData,
  type FoldedLayer,
  type FoldedScale,
  type Inputs,
  type LayerKind,
  type LayerNode,
  type NetworkContext,
  type ParameterSpec,
  type ParameterValues,
  type SignalInfo,
} from './layer-kind.ts';
import { createMfpRunner } from './mfp-runner.ts';
import type { TensorOps } from './tensor-ops.ts';

/** `decay` λ starts M at λ^(t-i); 0 is the identity, where Eq. 9 equals Eq. 7. */
export interface MfpSpec {
  readonly id: string;
  readonly kind: 'mfp';
  readonly inputs?: readonly string[] | undefined;
  readonly structure: MStructure;
  readonly decay: number;
}

const schema: z.ZodType<MfpSpec> = z.strictObject({
  id: z.string(),
  kind: z.literal('mfp'),
  inputs: z.array(z.string()).optional(),
  structure: z.enum(M_STRUCTURES as [MStructure, ...MStructure[]]),
  decay: z.number().min(0).lt(1).default(0),
});

type MfpNode = LayerNode<MfpSpec>;

function infer(spec: MfpSpec, [input]: Inputs<SignalInfo>, { steps }: NetworkContext): SignalInfo {
  if (input.content !== 'currents') {
    throw new NetworkError(
      'BAD_GRAPH',
      spec.id,
      `A neuron needs the currents of a convolution, not ${input.content}.`,
    );
  }
  if (fractionBitsFor(input.bound, steps) < 0) {
    throw new NetworkError(
      'ACCUMULATOR_OVERFLOW',
      spec.id,
      `Currents up to ${input.bound} times ${MAX_ROW_SUM} exceed 2^24; lower input.maxCount or the layer's width.`,
    );
  }
  return { content: 'spikes', shape: input.shape, bound: 1, unit: 1 };
}

/** softplus^-1(x - margin), so that training starts at exactly x. */
function beforeSoftplus(x: number): number {
  return Math.log(Math.expm1(x - POSITIVE_MARGIN));
}

function parameters({ spec, output, context }: MfpNode): ParameterSpec[] {
  const channels = output.shape[2];
  const { steps } = context;
  const values = (
    name: string,
    shape: number[],
    entries: ArrayLike<number>,
    trainable = true,
  ): ParameterSpec => ({
    name,
    shape,
    init: { kind: 'values', values: Float32Array.from(entries) },
    trainable,
  });
  const perStep = (entry: (t: number) => number): number[] =>
    Array.from({ length: steps }, (_, t) => entry(t));
  const perChannel = (value: number): number[] => new Array<number>(channels).fill(value);
  // Rank 1 cannot be the identity; without a decay it starts as a slow leak.
  const leak = spec.decay || 0.75;
  const mixing = {
    full: () => [
      values(
        'm',
        [steps, steps],
        lowerTriangle(steps, (t, i) => (t === i ? 1 : spec.decay ** (t - i))),
      ),
    ],
    rank1: () => [
      values(
        'a',
        [steps],
        perStep((t) => beforeSoftplus(leak ** (t - steps + 1))),
      ),
      values(
        'b',
        [steps],
        perStep((i) => leak ** (steps - 1 - i)),
      ),
    ],
    diagonal: () => [
      values(
        'tau',
        [steps],
        perStep(() => beforeSoftplus(1)),
      ),
    ],
  }[spec.structure]();
  return [
    ...mixing,
    values('gamma', [channels], perChannel(1)),
    values('beta', [channels], perChannel(0)),
    values('mean', [channels], perChannel(0), false),
    values('variance', [channels], perChannel(1), false),
  ];
}

/** M_tau as a tensor of the training graph, rounded like the exported one. */
function matrixTensor<Tensor>(
  ops: TensorOps<Tensor>,
  node: MfpNode,
  p: Readonly<Record<string, Tensor>>,
): Tensor {
  const { steps } = node.context;
  const bits = fractionBitsFor(node.input.bound, node.context.steps);
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
function project({ spec, input, context: { steps } }: MfpNode, p: ParameterValues): ParameterValues {
  const bits = fractionBitsFor(input.bound, steps);
  const scaledBack = (row: Float32Array): Float32Array => {
    const excess = row.reduce((sum, entry) => sum + Math.abs(entry), 0) / MAX_ROW_SUM;
    return excess > 1 ? row.map((entry) => entry / excess) : row;
  };
  if (spec.structure === 'full') {
    const m = Float32Array.from(p['m']!);
    for (let t = 0; t < steps; t++) {
      const row = m.subarray(t * steps, t * steps + t + 1);
      row.set(scaledBack(row));
      row[t] = awayFromZero(row[t]!, bits);
    }
    return { m };
  }
  if (spec.structure === 'rank1') return { b: scaledBack(p['b']!).map((entry) => awayFromZero(entry, bits)) };
  return {};
}

function fold(node: MfpNode, p: ParameterValues, [input]: Inputs<FoldedScale>): FoldedLayer {
  const { steps, thresholdVoltage } = node.context;
  const channels = node.output.shape[2];
  const bits = fractionBitsFor(node.input.bound, node.context.steps);
  const fixed = toFixedPoint(node.spec.structure, steps, p, bits, thresholdVoltage);
  const largest = input.bounds.reduce((a, b) => Math.max(a, b), 0) * largestRowSum(fixed.mixing, steps);
  if (!(largest < EXACT_FLOAT32_BOUND)) {
    throw new NetworkError(
      'ACCUMULATOR_OVERFLOW',
      node.spec.id,
      `Accumulators may reach ${largest}, beyond 2^24.`,
    );
  }
  const norm = foldNorm({
    gamma: p['gamma']!,
    beta: p['beta']!,
    mean: p['mean']!,
    variance: p['variance']!,
    scale: input.scale,
  });
  const gain = Float32Array.from(norm.gain, (g) => g / 2 ** fixed.fractionBits);
  const voltage = Float32Array.from(fixed.voltage);
  const theta = Float32Array.from(eq9Thresholds(fixed.matrix, thresholdVoltage));
  const offset = new Float32Array(steps * channels);
  const threshold = new Int32Array(steps * channels);
  const eq9Threshold = new Int32Array(steps * channels);
  const flip = Uint8Array.from(gain, (g) => (g < 0 ? 1 : 0));
  for (let t = 0, at = 0; t < steps; t++) {
    const row = fixed.mixing.subarray(t * steps, t * steps + t + 1);
    const rowSum = row.reduce((sum, k) => sum + k, 0) / 2 ** fixed.fractionBits;
    const rowMagnitude = row.reduce((sum, k) => sum + Math.abs(k), 0);
    for (let c = 0; c < channels; c++, at++) {
      const bound = input.bounds[c]!;
      offset[at] = norm.bias[c]! * rowSum;
      threshold[at] = foldThreshold(gain[c]!, offset[at]!, voltage[t]!, bound * rowMagnitude).threshold;
      const driveGain = Math.fround(norm.gain[c]!);
      eq9Threshold[at] = foldThreshold(driveGain, Math.fround(norm.bias[c]!), theta[t]!, bound).threshold;
    }
  }
  const tensor = (data: Float32Array | Int32Array | Uint8Array, shape: number[]): NamedTensor => {
    if (data instanceof Float32Array) return { dtype: 'F32', shape, data };
    return data instanceof Int32Array ? { dtype: 'I32', shape, data } : { dtype: 'U8', shape, data };
  };
  return {
    tensors: {
      mTau: tensor(Float32Array.from(fixed.matrix), [steps, steps]),
      mixing: tensor(fixed.mixing, [steps, steps]),
      gain: tensor(gain, [channels]),
      offset: tensor(offset, [steps, channels]),
      voltage: tensor(voltage, [steps]),
      threshold: tensor(threshold, [steps, channels]),
      eq9Threshold: tensor(eq9Threshold, [steps, channels]),
      flip: tensor(flip, [channels]),
    },
    scale: Float64Array.of(1),
    bounds: Float64Array.of(1),
  };
}

function tensorSpecs({ output, context: { steps } }: MfpNode): Record<string, TensorSpec> {
  const channels = output.shape[2];
  return {
    mTau: { dtype: 'F32', shape: [steps, steps] },
    mixing: { dtype: 'I32', shape: [steps, steps] },
    gain: { dtype: 'F32', shape: [channels] },
    offset: { dtype: 'F32', shape: [steps, channels] },
    voltage: { dtype: 'F32', shape: [steps] },
    threshold: { dtype: 'I32', shape: [steps, channels] },
    eq9Threshold: { dtype: 'I32', shape: [steps, channels] },
    flip: { dtype: 'U8', shape: [channels] },
  };
}

/** See {@link MfpSpec}. */
export const mfpLayer: LayerKind<MfpSpec> = {
  kind: 'mfp',
  spiking: true,
  arity: 1,
  schema,
  infer,
  parameters,
  train(ops, node, p, [input]) {
    const norm = { gamma: p['gamma']!, beta: p['beta']! };
    const drive = ops.batchNorm(node.spec.id, input.value, input.scale, norm);
    const potential = ops.mixTime(drive, matrixTensor(ops, node, p));
    const spikes = ops.spike(potential, node.context.thresholdVoltage);
    return { value: spikes, scale: ops.constant(Float32Array.of(1), [1]) };
  },
  project,
  fold,
  evaluate(ops, layer, [input]) {
    const { steps } = layer.context;
    const mixing = ops.constant(Float32Array.from(tensorData(layer, 'mixing', 'I32')), [steps, steps]);
    return ops.fires(
      ops.mixTime(input, mixing),
      tensorData(layer, 'gain', 'F32'),
      tensorData(layer, 'offset', 'F32'),
      tensorData(layer, 'voltage', 'F32'),
    );
  },
  tensorSpecs,
  createRunner: (layer, mode) => createMfpRunner(layer, layer.spec.structure, mode),
};
