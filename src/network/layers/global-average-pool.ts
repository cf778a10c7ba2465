/** Average pooling over the whole map. */
import { z } from 'zod';
import type { LayerKind } from './layer-kind.ts';
import { averagePoolKind } from './pooling.ts';

/** One value per channel, shape `[1, 1, channels]`. */
export interface GlobalAveragePoolSpec {
  readonly id: string;
  readonly kind: 'globalAveragePool';
  readonly inputs?: readonly string[] | undefined;
}

const schema: z.ZodType<GlobalAveragePoolSpec> = z.strictObject({
  id: z.string(),
  kind: z.literal('globalAveragePool'),
  inputs: z.array(z.string()).optional(),
});

/** See {@link GlobalAveragePoolSpec}. */
export const globalAveragePoolLayer: LayerKind<GlobalAveragePoolSpec> = averagePoolKind(
  'globalAveragePool',
  schema,
  (_spec, { shape: [height, width] }) => [height, width],
);
