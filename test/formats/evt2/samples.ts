import { Evt2Decoder, Evt2Encoder } from '../../../src/formats/index.ts';
import type { ContractSample } from '../../helpers/format-contract.ts';
import { RAW_SAMPLE, rawFile } from '../../helpers/raw-words.ts';
import { encodeAll } from '../../helpers/round-trip.ts';

export const HEADER = '% evt 2.0\n% end\n';
export const high = (value: number): number => (0x8 << 28) | value;
export const cd = (p: number, low: number, x: number, y: number): number =>
  (p << 28) | (low << 22) | (x << 11) | y;
export const trigger = (low: number, id: number, value: number): number =>
  (0xa << 28) | (low << 22) | (id << 8) | value;

export const WORDS: readonly number[] = [
  trigger(0, 1, 1),
  high(1),
  trigger(7, 3, 1),
  0xe << 28,
  0x7 << 28,
  trigger(8, 31, 0),
  cd(1, 1, 2047, 2047),
];

export const evt2Samples: readonly ContractSample[] = [
  {
    name: 'EVT2',
    bytes: encodeAll(new Evt2Encoder(), RAW_SAMPLE),
    open: (options) => new Evt2Decoder(options),
  },
  {
    name: 'EVT2 of all words',
    bytes: rawFile(HEADER, 4, WORDS),
    open: (options) => new Evt2Decoder(options),
  },
];
