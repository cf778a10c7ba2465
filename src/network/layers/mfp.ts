/**
 * The MFP neuron with its batch norm: integer currents in, spikes out. Eq. 7 in training and in exact
 * inference, Eq. 9 on request; see the neuron folder for the maths.
 */
import { NetworkError } from '../errors.ts';
import { foldThreshold, EXACT_FLOAT32_BOUND, type FoldedNorm } from '../neuron/folding.ts';
import {
  fractionBitsFor,
  largestRowSum,
  MAX_ROW_SUM,
  toFixedPoint,
  type FixedPointM,
} from '../neuron/fixed-point.ts';
import { eq9Thresholds } from '../neuron/m-tau.ts';
import type { NamedTensor, TensorSpec } from '../tensor.ts';
import {
  tensorData,
  type FoldedLayer,
  type FoldedScale,
  type Inputs,
  type LayerKind,
  type NetworkContext,
  type ParameterValues,
  type SignalInfo,
} from './layer-kind.ts';
import { mfpCosts } from './mfp-costs.ts';
import { matrixTensor, mfpParameters, projectMatrix } from './mfp-parameters.ts';
import { createMfpRunner } from './mfp-runner.ts';
import { mfpSchema, type MfpNode, type MfpSpec } from './mfp-spec.ts';
import { foldedDrive, normalisedDrive, requireCurrents } from './neuron-norm.ts';

function infer(spec: MfpSpec, [input]: Inputs<SignalInfo>, { steps }: NetworkContext): SignalInfo {
  requireCurrents(spec, input);
  if (fractionBitsFor(input.bound, steps) < 0) {
    throw new NetworkError(
      'ACCUMULATOR_OVERFLOW',
      spec.id,
      `Currents up to ${input.bound} times ${MAX_ROW_SUM} exceed 2^24; lower input.maxCount or the layer's width.`,
    );
  }
  return { content: 'spikes', shape: input.shape, bound: 1, unit: 1 };
}

/** The float32 rule of a neuron layer: fires in step t iff `fround(fround(gain[c] * A) + offset[t, c]) >= voltage[t]`. */
export interface FiringRule {
  readonly fixed: FixedPointM;
  /** Drive u = gain x + bias of the integer current x. */
  readonly norm: FoldedNorm;
  /** Of A, the sum of K[t,i] x_i: `[channels]`. */
  readonly gain: Float32Array;
  /** `[T, channels]`. */
  readonly offset: Float32Array;
  /** `[T]`. */
  readonly voltage: Float32Array;
}

/**
 * The {@link FiringRule} that training and folding share.
 *
 * @param input what the integers of the current are worth.
 *
 * @example
 * ```ts
 * import { describePlain, firingRule, randomParameters, resolveNetwork, type MfpNode } from 'saccade';
 * const size = { steps: 2, height: 4, width: 4, classes: ['a'] };
 * const network = describePlain('toy', [2], { ...size, neuron: { kind: 'mfp', structure: 'full' } });
 * const node = resolveNetwork(network)[1] as MfpNode;
 * const { offset } = firingRule(node, randomParameters(network, 1)['mfp1']!, { scale: Float64Array.of(1) });
 * console.log(offset.length); // 4
 * ```
 */
export function firingRule(node: MfpNode, p: ParameterValues, input: Pick<FoldedScale, 'scale'>): FiringRule {
  const { steps, thresholdVoltage } = node.context;
  const channels = node.output.shape[2];
  const bits = fractionBitsFor(node.input.bound, steps);
  const fixed = toFixedPoint(node.spec.structure, steps, p, bits, thresholdVoltage);
  const norm = foldedDrive(p, input);
  const offset = new Float32Array(steps * channels);
  for (let t = 0; t < steps; t++) {
    const row = fixed.mixing.subarray(t * steps, t * steps + t + 1);
    const rowSum = row.reduce((sum, k) => sum + k, 0) / 2 ** fixed.fractionBits;
    for (let c = 0; c < channels; c++) offset[t * channels + c] = norm.bias[c]! * rowSum;
  }
  const gain = Float32Array.from(norm.gain, (g) => g / 2 ** fixed.fractionBits);
  return { fixed, norm, gain, offset, voltage: Float32Array.from(fixed.voltage) };
}

function fold(node: MfpNode, p: ParameterValues, [input]: Inputs<FoldedScale>): FoldedLayer {
  const { steps, thresholdVoltage } = node.context;
  const channels = node.output.shape[2];
  const { fixed, norm, gain, offset, voltage } = firingRule(node, p, input);
  const largest = node.input.bound * largestRowSum(fixed.mixing, steps);
  if (!(largest < EXACT_FLOAT32_BOUND)) {
    throw new NetworkError(
      'ACCUMULATOR_OVERFLOW',
      node.spec.id,
      `Accumulators may reach ${largest}, beyond 2^24.`,
    );
  }
  const theta = Float32Array.from(eq9Thresholds(fixed.matrix, thresholdVoltage));
  const threshold = new Int32Array(steps * channels);
  const eq9Threshold = new Int32Array(steps * channels);
  const flip = Uint8Array.from(gain, (g) => (g < 0 ? 1 : 0));
  for (let t = 0, at = 0; t < steps; t++) {
    const row = fixed.mixing.subarray(t * steps, t * steps + t + 1);
    const rowMagnitude = row.reduce((sum, k) => sum + Math.abs(k), 0);
    for (let c = 0; c < channels; c++, at++) {
      const bound = input.bounds[c]!;
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
  schema: mfpSchema,
  infer,
  parameters: mfpParameters,
  train(ops, node, p, [input]) {
    const drive = normalisedDrive(ops, node, p, input);
    const potential = ops.mixTime(drive, matrixTensor(ops, node, p));
    const spikes = ops.spike(potential, node.context.thresholdVoltage);
    return { value: spikes, scale: ops.constant(Float32Array.of(1), [1]) };
  },
  project: projectMatrix,
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
  createRunner: createMfpRunner,
  accumulatorBound: (layer) =>
    layer.input.bound * largestRowSum(tensorData(layer, 'mixing', 'I32'), layer.context.steps),
  costs: mfpCosts,
};
