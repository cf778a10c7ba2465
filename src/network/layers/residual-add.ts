/** Residual addition: its name and fields are fixed now so that descriptions stay readable; no engine yet. */
import { z } from 'zod';
import { NetworkError } from '../errors.ts';
import type { LayerKind } from './layer-kind.ts';

/** Adds the outputs of two nodes. */
export interface ResidualAddSpec {
  readonly id: string;
  readonly kind: 'residualAdd';
  readonly inputs?: readonly string[] | undefined;
}

function reserved(): never {
  throw new NetworkError(
    'RESERVED_LAYER',
    'residualAdd',
    'Residual addition is reserved and cannot run yet.',
  );
}

/** See {@link ResidualAddSpec}: recognised by the description, refused when a network is built. */
export const residualAddLayer: LayerKind<ResidualAddSpec> = {
  kind: 'residualAdd',
  spiking: false,
  schema: z.strictObject({
    id: z.string(),
    kind: z.literal('residualAdd'),
    inputs: z.array(z.string()).length(2).optional(),
  }),
  infer: reserved,
  parameters: reserved,
  train: reserved,
  fold: reserved,
  evaluate: reserved,
  tensorSpecs: reserved,
  createRunner: reserved,
};
