/** Average pooling over small windows. */
import { z } from 'zod';
import type { LayerKind } from './layer-kind.ts';
import { averagePoolKind } from './pooling.ts';

/** Windows of `size` x `size` with stride `size`; a ragged border is left out. */
export interface AveragePoolSpec {
  readonly id: string;
  readonly kind: 'averagePool';
  readonly inputs?: readonly string[] | undefined;
  readonly size: number;
}

const schema: z.ZodType<AveragePoolSpec> = z.strictObject({
  id: z.string(),
  kind: z.literal('averagePool'),
  inputs: z.array(z.string()).optional(),
  size: z.int().min(1).max(64).default(2),
});

/** See {@link AveragePoolSpec}. */
export const averagePoolLayer: LayerKind<AveragePoolSpec> = averagePoolKind(
  'averagePool',
  schema,
  ({ size }) => [size, size],
);
