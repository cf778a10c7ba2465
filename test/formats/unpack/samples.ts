import { gzipSync, zipSync } from 'fflate';
import { createDecoder, Evt3Encoder } from '../../../src/formats/index.ts';
import type { ContractSample } from '../../helpers/format-contract.ts';
import { RAW_SAMPLE } from '../../helpers/raw-words.ts';
import { encodeAll } from '../../helpers/round-trip.ts';

export const PLAIN: Uint8Array = encodeAll(new Evt3Encoder(), RAW_SAMPLE);
const open: ContractSample['open'] = (options) => createDecoder({ ...options, maxUnpackedBytes: 2 ** 22 });

export const packedSamples: readonly ContractSample[] = [
  { name: 'EVT3 in gzip', bytes: gzipSync(PLAIN, { mtime: 0 }), open },
  { name: 'EVT3 in zip', bytes: zipSync({ 'a.raw': PLAIN }, { mtime: '1990-01-01' }), open },
];
