import { Evt21Decoder, Evt21Encoder } from '../../../src/formats/index.ts';
import type { ContractSample } from '../../helpers/format-contract.ts';
import { RAW_SAMPLE, rawFile } from '../../helpers/raw-words.ts';
import { encodeAll } from '../../helpers/round-trip.ts';

export const HEADER = '% evt 2.1\n% end\n';
/** A word from its EVT2 half and its mask. */
export const word = (upper: number, mask: number): bigint =>
  (BigInt.asUintN(32, BigInt(upper)) << 32n) | BigInt.asUintN(32, BigInt(mask));
export const swapped = (value: bigint): bigint => ((value & 0xffff_ffffn) << 32n) | (value >> 32n);
export const high = (value: number): bigint => word((0x8 << 28) | value, 0);
export const cd = (p: number, low: number, x: number, y: number, mask: number): bigint =>
  word((p << 28) | (low << 22) | (x << 11) | y, mask);

export const WORDS: readonly bigint[] = [
  cd(1, 0, 0, 0, -1),
  high(1),
  cd(1, 3, 32, 2, 0x8000_0005),
  cd(0, 4, 0, 3, 1),
  word(0xe << 28, 7),
  word((0xa << 28) | (5 << 22) | (2 << 8) | 1, 0),
  high(2),
  cd(0, 4, 96, 3, 0xffff_ffff),
];

export const evt21Samples: readonly ContractSample[] = [
  {
    name: 'EVT2.1',
    bytes: encodeAll(new Evt21Encoder(), RAW_SAMPLE),
    open: (options) => new Evt21Decoder(options),
  },
  {
    name: 'EVT2.1 legacy, told by its words',
    bytes: rawFile(HEADER, 8, WORDS.map(swapped)),
    open: (options) => new Evt21Decoder(options),
  },
  {
    name: 'EVT2.1 in small batches',
    bytes: rawFile(HEADER, 8, WORDS),
    open: (options) => new Evt21Decoder({ ...options, maxBatchEvents: 5 }),
  },
];
