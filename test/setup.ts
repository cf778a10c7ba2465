/** The same random inputs where a seed is given: new ones are for whoever looks for faults, not for whoever submits. */
import fc from 'fast-check';

// In one expression: in a page it is put there in place of these words.
const seed = (import.meta as unknown as { env: Readonly<Record<string, string | undefined>> }).env[
  'PROPERTY_SEED'
];
if (seed !== undefined) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(seed) });
