/**
 * Residual addition in integers: main + 2^shift · shortcut.
 *
 * This is not the residual block of the papers. They give the main branch and a shortcut with a convolution a batch norm
 * each and add the results: real numbers with a gain per channel and branch, which no integer threshold on one current
 * can stand for. Here a power of two ties the scales of the branches (the weight scale of a shortcut's own convolution
 * does not count), and the neuron that follows has one batch norm over the sum. So everything stays an exact integer, and
 * one threshold per step and channel decides. A bit-sliced engine adds the shortcut `shift` planes higher.
 */
import * as v from 'valibot';
import { integerBetween } from '../integer-between.ts';
import { NetworkError } from '../errors.ts';
import {
  statelessRunner,
  type FoldedScale,
  type Inputs,
  type LayerKind,
  type SignalInfo,
  type StepValues,
} from './layer-kind.ts';

/**
 * Reads two nodes of the same shape: the main branch (currents) and the shortcut (currents, or spikes where nothing
 * changes the shape). Gives currents.
 */
export interface ResidualAddSpec {
  readonly id: string;
  readonly kind: 'residualAdd';
  /** Main branch, shortcut. */
  readonly inputs?: readonly string[] | undefined;
  /**
   * The shortcut counts 2^shift times. At least 1 for a shortcut of spikes: engines that count bits have currents as
   * 2 · count - inputs, so a spike of the shortcut adds 2^(shift - 1) to the count.
   */
  readonly shift: number;
}

const schema: v.GenericSchema<unknown, ResidualAddSpec> = v.strictObject({
  id: v.string(),
  kind: v.literal('residualAdd'),
  inputs: v.optional(v.array(v.string())),
  shift: integerBetween(0, 12),
});

/** Both inputs; the resolved graph has as many as the kind's arity. */
function branches<T>(inputs: Inputs<T>): { main: T; shortcut: T } {
  return { main: inputs[0], shortcut: inputs[1]! };
}

function infer(spec: ResidualAddSpec, inputs: Inputs<SignalInfo>): SignalInfo {
  const { main, shortcut } = branches(inputs);
  if (main.content !== 'currents') {
    throw new NetworkError(
      'BAD_GRAPH',
      spec.id,
      `The main branch of a residual addition must end in currents, not ${main.content}.`,
    );
  }
  if (shortcut.content !== 'currents' && shortcut.content !== 'spikes') {
    throw new NetworkError(
      'BAD_GRAPH',
      spec.id,
      `A shortcut carries currents or spikes, not ${shortcut.content}.`,
    );
  }
  if (shortcut.content === 'spikes' && spec.shift < 1) {
    throw new NetworkError('BAD_GRAPH', spec.id, 'A shortcut of spikes needs a shift of at least 1.');
  }
  if (main.shape.join() !== shortcut.shape.join()) {
    throw new NetworkError(
      'BAD_SHAPE',
      spec.id,
      `The main branch is ${main.shape.join('x')}, the shortcut ${shortcut.shape.join('x')}; bring it to that shape with a 1x1 convolution.`,
    );
  }
  return { ...main, bound: main.bound + 2 ** spec.shift * shortcut.bound };
}

function foldBounds(shift: number, main: FoldedScale, shortcut: FoldedScale): Float64Array {
  const { bounds } = shortcut;
  return main.bounds.map((bound, c) => bound + 2 ** shift * bounds[c % bounds.length]!);
}

function add(shift: number): (inputs: Inputs<StepValues>) => StepValues {
  const weight = 2 ** shift;
  return (inputs) => {
    const { main, shortcut } = branches(inputs);
    const sums = new Int32Array(main.length);
    for (let i = 0; i < sums.length; i++) sums[i] = main[i]! + weight * shortcut[i]!;
    return sums;
  };
}

/** See {@link ResidualAddSpec}. */
export const residualAddLayer: LayerKind<ResidualAddSpec> = {
  kind: 'residualAdd',
  spiking: false,
  arity: 2,
  schema,
  infer,
  parameters: () => [],
  train(ops, { spec }, _parameters, inputs) {
    const { main, shortcut } = branches(inputs);
    const weight = ops.constant(Float32Array.of(2 ** spec.shift), [1]);
    return { value: ops.add(main.value, ops.mul(shortcut.value, weight)), scale: main.scale };
  },
  fold({ spec }, _parameters, inputs) {
    const { main, shortcut } = branches(inputs);
    return { tensors: {}, scale: main.scale, bounds: foldBounds(spec.shift, main, shortcut) };
  },
  evaluate(ops, { spec }, inputs) {
    const { main, shortcut } = branches(inputs);
    const weight = ops.constant(Float32Array.of(2 ** spec.shift), [1]);
    return ops.add(main, ops.mul(shortcut, weight));
  },
  tensorSpecs: () => ({}),
  createRunner: ({ spec }) => statelessRunner(add(spec.shift)),
};
