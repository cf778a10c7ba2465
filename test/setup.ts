/** The same random inputs where a seed is given: new ones are for whoever looks for faults, not for whoever submits. */
import fc from 'fast-check';

const { env } = import.meta as unknown as { env: Readonly<Record<string, string | undefined>> };
const seed = env['PROPERTY_SEED'];
if (seed !== undefined) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(seed) });
