/** How the neurons of a layer decide, read off its tensors: which kernel runs them follows from the numbers alone. */
import {
  DECAY_PARTS,
  tensorData,
  type LifSpec,
  type NeuronMode,
  type PackedLayer,
} from '../../network/index.ts';

/** Fires iff `mixed current >= threshold`, or `<=` where `flip` is set. */
export interface FiringRule {
  /** `[steps][channels]`, or `[channels]` for all steps. */
  readonly thresholds: Int32Array;
  readonly flip: Uint8Array;
  readonly mixing: Mixing;
}

/** What is compared: the current itself, one sum with a weight per step, any lower triangle, or a leaky membrane. */
export type Mixing =
  | { readonly kind: 'none' }
  | { readonly kind: 'rank1'; readonly weights: Int32Array }
  | { readonly kind: 'full'; readonly matrix: Int32Array }
  | {
      readonly kind: 'leak';
      /** Per channel. */
      readonly scale: Int32Array;
      readonly bias: Int32Array;
      /** Sixteenths of the membrane that stay. */
      readonly parts: number;
    };

/** See the file comment. */
export function firingRule(layer: PackedLayer, mode: NeuronMode): FiringRule {
  if (layer.spec.kind === 'lif') return leakRule(layer as PackedLayer<LifSpec>);
  const { steps } = layer.context;
  const flip = tensorData(layer, 'flip', 'U8');
  if (mode === 'eq9')
    return { thresholds: tensorData(layer, 'eq9Threshold', 'I32'), flip, mixing: { kind: 'none' } };
  const thresholds = tensorData(layer, 'threshold', 'I32');
  return { thresholds, flip, mixing: mixingOf(tensorData(layer, 'mixing', 'I32'), steps) };
}

function leakRule(layer: PackedLayer<LifSpec>): FiringRule {
  const thresholds = tensorData(layer, 'threshold', 'I32');
  return {
    thresholds,
    flip: new Uint8Array(thresholds.length),
    mixing: {
      kind: 'leak',
      scale: tensorData(layer, 'scale', 'I32'),
      bias: tensorData(layer, 'bias', 'I32'),
      parts: DECAY_PARTS * layer.spec.decay,
    },
  };
}

function mixingOf(matrix: Int32Array, steps: number): Mixing {
  const every = (test: (entry: number, t: number, i: number) => boolean): boolean =>
    matrix.every((entry, at) => {
      const t = Math.floor(at / steps);
      const i = at % steps;
      return i > t || test(entry, t, i);
    });
  if (every((entry, t, i) => entry === (t === i ? 1 : 0))) return { kind: 'none' };
  const weights = Int32Array.from({ length: steps }, (_, i) => matrix[i * steps + i]!);
  if (every((entry, _, i) => entry === weights[i])) return { kind: 'rank1', weights };
  return { kind: 'full', matrix };
}

/**
 * `current <= threshold` is `not (current >= threshold + 1)`: thresholds for a comparison in one direction, whose
 * result is turned round where `flip` is set.
 */
export function oneSidedThresholds({ thresholds, flip }: FiringRule): Int32Array {
  return thresholds.map((threshold, i) => threshold + flip[i % flip.length]!);
}
