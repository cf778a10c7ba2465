/** What a description says of an MFP neuron. */
import { z } from 'zod';
import { M_STRUCTURES, type MStructure } from '../neuron/m-tau.ts';
import type { LayerNode } from './layer-kind.ts';

/** Taps of a sliding M unless the description says otherwise: this step and the one before, as Sliding PSN. */
export const DEFAULT_TAPS = 2;

/** `decay` λ starts M at λ^(t-i); 0 is the identity, where Eq. 9 equals Eq. 7. */
export interface MfpSpec {
  readonly id: string;
  readonly kind: 'mfp';
  readonly inputs?: readonly string[] | undefined;
  readonly structure: MStructure;
  /** Sliding only: how many steps M reaches over, this one included. Default {@link DEFAULT_TAPS}; T are enough. */
  readonly taps?: number | undefined;
  readonly decay: number;
}

/** A node of this kind. */
export type MfpNode = LayerNode<MfpSpec>;

/** See {@link MfpSpec}. */
export const mfpSchema: z.ZodType<MfpSpec> = z
  .strictObject({
    id: z.string(),
    kind: z.literal('mfp'),
    inputs: z.array(z.string()).optional(),
    structure: z.enum(M_STRUCTURES as [MStructure, ...MStructure[]]),
    decay: z.number().min(0).lt(1).default(0),
    taps: z.int().min(1).max(1024).optional(),
  })
  .refine(({ structure, taps }) => structure === 'sliding' || taps === undefined, {
    path: ['taps'],
    message: 'only a sliding M has taps',
  })
  .transform((spec) => (spec.structure === 'sliding' ? { ...spec, taps: spec.taps ?? DEFAULT_TAPS } : spec));

/** Taps that can meet a current within a window. */
export function usedTaps({ spec, context }: MfpNode): number {
  return Math.min(spec.taps ?? DEFAULT_TAPS, context.steps);
}
