import { Zip, ZipDeflate, zipSync } from 'fflate';
import { NpzDecoder, NpzEncoder } from '../../../src/formats/index.ts';
import type { ContractSample } from '../../helpers/format-contract.ts';
import { encodeAll, joinBytes } from '../../helpers/round-trip.ts';
import { npyFile, numbers, NUMPY_EVENTS } from '../npy/samples.ts';

/** An array of numbers as a member. */
export function array(descr: string, values: readonly number[]): Uint8Array {
  return npyFile(`'${descr}'`, `(${values.length},)`, numbers(descr, values));
}

/** Big-endian times, as SpikingJelly has them, in an order of their own and with others between. */
export const SPIKINGJELLY: Readonly<Record<string, Uint8Array>> = {
  'note.npy': npyFile("'<U4'", '()', new Uint8Array(16)),
  'p.npy': array('|b1', [1, 0, 1]),
  't.npy': array('>i8', [-5, 10, 2 ** 40]),
  'readme.txt': new TextEncoder().encode('PK\u0003\u0004 is no member'),
  'y.npy': array('<i4', [1, 2, 3]),
  'x.npy': array('>u2', [4, 5, 6]),
};

/** An archive written into a pipe: sizes stand behind the members. */
function pipedZip(members: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const parts: Uint8Array[] = [];
  const zip = new Zip((error, part) => {
    if (error !== null) throw error;
    parts.push(part);
  });
  for (const [name, bytes] of Object.entries(members)) {
    const member = new ZipDeflate(name, { level: 6 });
    zip.add(member);
    member.push(bytes, true);
  }
  zip.end();
  return joinBytes(...parts);
}

export const npzSamples: readonly ContractSample[] = [
  {
    name: 'NumPy archive',
    bytes: encodeAll(new NpzEncoder(), NUMPY_EVENTS),
    open: (options) => new NpzDecoder({ ...options, maxNpzBytes: 2 ** 20 }),
  },
  {
    name: 'NumPy archive, stored',
    bytes: zipSync(SPIKINGJELLY, { level: 0 }),
    open: (options) => new NpzDecoder({ ...options, maxNpzBytes: 2 ** 20 }),
  },
  {
    name: 'NumPy archive, written into a pipe',
    bytes: pipedZip(SPIKINGJELLY),
    open: (options) => new NpzDecoder({ ...options, maxNpzBytes: 2 ** 20 }),
  },
];
