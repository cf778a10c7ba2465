/** Average pooling over small windows. */
import * as v from 'valibot';
import { integerBetween } from '../integer-between.ts';
import type { LayerKind } from './layer-kind.ts';
import { averagePoolKind } from './pooling.ts';

/** Windows of `size` x `size` with stride `size`; a ragged border is left out. */
export interface AveragePoolSpec {
  readonly id: string;
  readonly kind: 'averagePool';
  readonly inputs?: readonly string[] | undefined;
  readonly size: number;
}

const schema: v.GenericSchema<unknown, AveragePoolSpec> = v.strictObject({
  id: v.string(),
  kind: v.literal('averagePool'),
  inputs: v.optional(v.array(v.string())),
  size: v.optional(integerBetween(1, 64), 2),
});

/** See {@link AveragePoolSpec}. */
export const averagePoolLayer: LayerKind<AveragePoolSpec> = averagePoolKind(
  'averagePool',
  schema,
  ({ size }) => [size, size],
);
