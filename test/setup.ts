/** The same random inputs where a seed is given: new ones are for whoever looks for faults, not for whoever submits. */
import fc from 'fast-check';

type Variables = Readonly<Record<string, string | undefined>>;
const { process } = globalThis as { readonly process?: { readonly env: Variables } };
// A page has no process. There the bundler puts the variables in place of these words, which must stand together.
const inPage = (import.meta as unknown as { env: Variables }).env;
const seed = (process?.env ?? inPage)['PROPERTY_SEED'];
if (seed !== undefined) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(seed) });
