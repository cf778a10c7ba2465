import { Evt3Decoder, Evt3Encoder } from '../../../src/formats/index.ts';
import type { ContractSample } from '../../helpers/format-contract.ts';
import { RAW_SAMPLE, rawFile } from '../../helpers/raw-words.ts';
import { encodeAll } from '../../helpers/round-trip.ts';

export const HEADER = '% evt 3.0\n% end\n';
export const y = (row: number): number => row;
export const em = (row: number): number => 0x1000 | row;
export const x = (p: number, column: number): number => 0x2000 | (p << 11) | column;
export const base = (p: number, column: number): number => 0x3000 | (p << 11) | column;
export const v12 = (mask: number): number => 0x4000 | mask;
export const v8 = (mask: number): number => 0x5000 | mask;
export const low = (value: number): number => 0x6000 | value;
export const high = (value: number): number => 0x8000 | value;
export const trigger = (id: number, value: number): number => 0xa000 | (id << 8) | value;

export const WORDS: readonly number[] = [
  ...[y(1), x(1, 1), base(0, 3), v8(0x81), high(1), low(5), x(1, 2), low(6)],
  ...[base(1, 100), v12(0x801), v12(0xfff), v8(1), em(9), x(1, 1), v8(3), y(2), x(0, 7)],
  ...[high(2), x(0, 8), 0x7001, 0xf002, 0xe003, 0x9000, trigger(3, 1), high(2), low(9), x(1, 9)],
];

export const evt3Samples: readonly ContractSample[] = [
  {
    name: 'EVT3',
    bytes: encodeAll(new Evt3Encoder(), RAW_SAMPLE),
    open: (options) => new Evt3Decoder(options),
  },
  {
    name: 'EVT3 of all words',
    bytes: rawFile(HEADER, 2, WORDS),
    open: (options) => new Evt3Decoder(options),
  },
  {
    name: 'EVT3 in small batches',
    bytes: rawFile(HEADER, 2, WORDS),
    open: (options) => new Evt3Decoder({ ...options, maxBatchEvents: 3 }),
  },
];
