/** Average pooling over the whole map. */
import * as v from 'valibot';
import type { LayerKind } from './layer-kind.ts';
import { averagePoolKind } from './pooling.ts';

/** One value per channel, shape `[1, 1, channels]`. */
export interface GlobalAveragePoolSpec {
  readonly id: string;
  readonly kind: 'globalAveragePool';
  readonly inputs?: readonly string[] | undefined;
}

const schema: v.GenericSchema<unknown, GlobalAveragePoolSpec> = v.strictObject({
  id: v.string(),
  kind: v.literal('globalAveragePool'),
  inputs: v.optional(v.array(v.string())),
});

/** See {@link GlobalAveragePoolSpec}. */
export const globalAveragePoolLayer: LayerKind<GlobalAveragePoolSpec> = averagePoolKind(
  'globalAveragePool',
  schema,
  (_spec, { shape: [height, width] }) => [height, width],
);
