/** What a description says of an MFP neuron. */
import * as v from 'valibot';
import { integerBetween } from '../integer-between.ts';
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
export const mfpSchema: v.GenericSchema<unknown, MfpSpec> = v.pipe(
  v.strictObject({
    id: v.string(),
    kind: v.literal('mfp'),
    inputs: v.optional(v.array(v.string())),
    structure: v.picklist(M_STRUCTURES),
    decay: v.optional(v.pipe(v.number(), v.minValue(0), v.ltValue(1)), 0),
    taps: v.optional(integerBetween(1, 1024)),
  }),
  v.forward(
    v.check(
      ({ structure, taps }) => structure === 'sliding' || taps === undefined,
      'only a sliding M has taps',
    ),
    ['taps'],
  ),
  v.transform((spec) => (spec.structure === 'sliding' ? { ...spec, taps: spec.taps ?? DEFAULT_TAPS } : spec)),
);

/** Taps that can meet a current within a window. */
export function usedTaps({ spec, context }: MfpNode): number {
  return Math.min(spec.taps ?? DEFAULT_TAPS, context.steps);
}
