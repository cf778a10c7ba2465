/** The one list of layer kinds. */
import { averagePoolLayer, type AveragePoolSpec } from './average-pool.ts';
import { convLayer, type ConvSpec } from './conv.ts';
import { globalAveragePoolLayer, type GlobalAveragePoolSpec } from './global-average-pool.ts';
import type { LayerKind, LayerSpec } from './layer-kind.ts';
import { lifLayer, type LifSpec } from './lif.ts';
import { linearLayer, type LinearSpec } from './linear.ts';
import { maxPoolLayer, type MaxPoolSpec } from './max-pool.ts';
import { mfpLayer } from './mfp.ts';
import type { MfpSpec } from './mfp-spec.ts';
import { residualAddLayer, type ResidualAddSpec } from './residual-add.ts';

/** Any node of a description. */
export type AnyLayerSpec =
  | ConvSpec
  | AveragePoolSpec
  | GlobalAveragePoolSpec
  | MaxPoolSpec
  | MfpSpec
  | LifSpec
  | LinearSpec
  | ResidualAddSpec;

/** All kinds of layers. A method of a kind is only ever given nodes of that kind. */
export const layerKinds: readonly LayerKind[] = [
  convLayer,
  averagePoolLayer,
  globalAveragePoolLayer,
  maxPoolLayer,
  mfpLayer,
  lifLayer,
  linearLayer,
  residualAddLayer,
];

/** The kind of a node, `undefined` for an unknown name. */
export function findLayerKind(kind: string): LayerKind | undefined {
  return layerKinds.find((candidate) => candidate.kind === kind);
}

/** The kind of a node whose description was parsed. */
export function layerKindOf(spec: LayerSpec): LayerKind {
  return findLayerKind(spec.kind)!;
}

export type { AveragePoolSpec } from './average-pool.ts';
export { convPadding, convWeights, type ConvPadding, type ConvSpec } from './conv.ts';
export type { GlobalAveragePoolSpec } from './global-average-pool.ts';
export type { LifSpec } from './lif.ts';
export type { LinearSpec } from './linear.ts';
export type { MaxPoolSpec } from './max-pool.ts';
export { firingRule, type FiringRule } from './mfp.ts';
export { DEFAULT_TAPS, usedTaps, type MfpNode, type MfpSpec } from './mfp-spec.ts';
export type { ResidualAddSpec } from './residual-add.ts';
export * from './layer-kind.ts';
export { foldedDrive } from './neuron-norm.ts';
export { integerBytes, tableBytes, type NeuronCosts } from './neuron-costs.ts';
export {
  binariseWeights,
  binaryScale,
  codeStep,
  quantise8,
  roundHalfEven,
  type QuantisedCodes,
} from './quantise.ts';
export * from './tensor-ops.ts';
