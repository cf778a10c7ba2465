/** The batch norm in front of every neuron: what all kinds of neurons share. */
import { NetworkError } from '../errors.ts';
import { foldNorm, type FoldedNorm } from '../neuron/folding.ts';
import type {
  FoldedScale,
  LayerNode,
  LayerSpec,
  ParameterSpec,
  ParameterValues,
  Signal,
  SignalInfo,
} from './layer-kind.ts';
import type { TensorOps } from './tensor-ops.ts';

/** @throws NetworkError unless the neuron follows a layer that puts out currents. */
export function requireCurrents(spec: LayerSpec, input: SignalInfo): void {
  if (input.content === 'currents') return;
  throw new NetworkError(
    'BAD_GRAPH',
    spec.id,
    `A neuron needs the currents of a convolution, not ${input.content}.`,
  );
}

/** A parameter that starts with given numbers. */
export function startingAt(
  name: string,
  shape: readonly number[],
  entries: ArrayLike<number>,
  trainable = true,
): ParameterSpec {
  return { name, shape, init: { kind: 'values', values: Float32Array.from(entries) }, trainable };
}

/** `gamma`, `beta` and the running `mean` and `variance`. */
export function normParameters({ output }: LayerNode): ParameterSpec[] {
  const channels = output.shape[2];
  const all = (name: string, value: number, trainable: boolean): ParameterSpec =>
    startingAt(name, [channels], new Float32Array(channels).fill(value), trainable);
  return [all('gamma', 1, true), all('beta', 0, true), all('mean', 0, false), all('variance', 1, false)];
}

/** The drive u of the training graph: batch norm of the real current. */
export function normalisedDrive<Tensor>(
  ops: TensorOps<Tensor>,
  { spec }: LayerNode,
  p: Readonly<Record<string, Tensor>>,
  input: Signal<Tensor>,
): Tensor {
  return ops.batchNorm(spec.id, input.value, input.scale, { gamma: p['gamma']!, beta: p['beta']! });
}

/**
 * u = gain * x + bias of the integer current x.
 *
 * @param p gamma, beta, mean and variance.
 *
 * @example
 * ```ts
 * import { foldedDrive } from 'saccade';
 * const one = Float32Array.of(1);
 * const { bias } = foldedDrive({ gamma: one, beta: one, mean: one, variance: one }, { scale: Float64Array.of(1) });
 * console.log(bias[0]!.toFixed(3)); // 0.000
 * ```
 */
export function foldedDrive(p: ParameterValues, input: Pick<FoldedScale, 'scale'>): FoldedNorm {
  return foldNorm({
    gamma: p['gamma']!,
    beta: p['beta']!,
    mean: p['mean']!,
    variance: p['variance']!,
    scale: input.scale,
  });
}
