/** Max pooling of spikes: the OR of a window, so what comes out are spikes again. */
import * as v from 'valibot';
import { integerBetween } from '../integer-between.ts';
import { NetworkError } from '../errors.ts';
import { statelessRunner, type LayerKind } from './layer-kind.ts';
import { joinWindows, pooledShape } from './pooling.ts';

/** Windows of `size` x `size` with stride `size`; a ragged border is left out. */
export interface MaxPoolSpec {
  readonly id: string;
  readonly kind: 'maxPool';
  readonly inputs?: readonly string[] | undefined;
  readonly size: number;
}

const schema: v.GenericSchema<unknown, MaxPoolSpec> = v.strictObject({
  id: v.string(),
  kind: v.literal('maxPool'),
  inputs: v.optional(v.array(v.string())),
  size: v.optional(integerBetween(1, 64), 2),
});

/** See {@link MaxPoolSpec}. */
export const maxPoolLayer: LayerKind<MaxPoolSpec> = {
  kind: 'maxPool',
  spiking: false,
  arity: 1,
  schema,
  infer(spec, [input]) {
    if (input.content !== 'spikes') {
      throw new NetworkError(
        'BAD_GRAPH',
        spec.id,
        `Max pooling needs spikes, not ${input.content}; an average pool takes counts and sums.`,
      );
    }
    return { ...input, shape: pooledShape(spec.id, input.shape, [spec.size, spec.size]) };
  },
  parameters: () => [],
  train: (ops, { spec }, _parameters, [{ value, scale }]) => ({
    value: ops.maxPool(value, spec.size),
    scale,
  }),
  fold: (_node, _parameters, [input]) => ({ ...input, tensors: {} }),
  evaluate: (ops, { spec }, [value]) => ops.maxPool(value, spec.size),
  tensorSpecs: () => ({}),
  createRunner: (layer) =>
    statelessRunner(
      joinWindows(
        layer,
        [layer.spec.size, layer.spec.size],
        (length) => new Uint8Array(length),
        (any, value) => any | value,
      ),
    ),
};
