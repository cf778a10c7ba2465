import { gzipSync, zipSync } from 'fflate';
import { createDecoder, Evt3Encoder } from '../../../src/formats/index.ts';
import type { ContractSample } from '../../helpers/format-contract.ts';
import { RAW_SAMPLE } from '../../helpers/raw-words.ts';
import { encodeAll } from '../../helpers/round-trip.ts';

export const PLAIN: Uint8Array = encodeAll(new Evt3Encoder(), RAW_SAMPLE);
/** By `zstd -19` of the text below, with a checksum. */
export const ZSTD_TEXT: Uint8Array = Uint8Array.from(
  atob('KLUv/QRo7QAAuHQseCx5LHAKMSwyLDMsMQo0LDUsNiwwAQDPtwmP5FDK'),
  (letter) => letter.charCodeAt(0),
);
export const TEXT = 't,x,y,p\n1,2,3,1\n4,5,6,0\n4,5,6,0\n4,5,6,0\n';

const open: ContractSample['open'] = (options) => createDecoder({ ...options, maxUnpackedBytes: 2 ** 22 });

export const packedSamples: readonly ContractSample[] = [
  { name: 'EVT3 in gzip', bytes: gzipSync(PLAIN, { mtime: 0 }), open },
  { name: 'text in zstd', bytes: ZSTD_TEXT, open },
  { name: 'EVT3 in zip', bytes: zipSync({ 'a.raw': PLAIN }, { mtime: '1990-01-01' }), open },
];
