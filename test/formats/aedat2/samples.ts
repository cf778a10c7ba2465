import { batchFromTuples, type EventBatch } from '../../../src/events/index.ts';
import { Aedat2Decoder, Aedat2Encoder } from '../../../src/formats/index.ts';
import type { ContractSample } from '../../helpers/format-contract.ts';
import { encodeAll } from '../../helpers/round-trip.ts';
import { aps, file, imuWord } from './words.ts';

export const DVS128_EVENTS: EventBatch = batchFromTuples(
  Array.from({ length: 30 }, (_, i) => [1000 * i, (7 * i) % 128, (11 * i) % 128, i % 2] as const),
  { width: 128, height: 128 },
);

/** Pixel events, an inertial sample, a frame, an input. */
export const davisSample: ContractSample = {
  name: 'AEDAT 2.0 of a DAVIS, words of all kinds',
  bytes: file(
    ['# AEChip: DAVIS240C'],
    [
      ...[0, 1, 2, 3, 4, 5, 6].map((type) => [imuWord(type, type), 5] as const),
      ...aps(2, 2, 6),
      [0x402, 2000],
      [(3 << 22) | (4 << 12), 2001],
    ],
  ),
  open: (options) => new Aedat2Decoder(options),
};

export const aedat2Samples: readonly ContractSample[] = [
  {
    name: 'AEDAT 2.0',
    bytes: encodeAll(new Aedat2Encoder(), DVS128_EVENTS),
    open: (options) => new Aedat2Decoder(options),
  },
  {
    name: 'AEDAT 2.0 of a DAVIS, without a chip line',
    bytes: encodeAll(new Aedat2Encoder({ chip: 'davis240', chipLine: false }), DVS128_EVENTS),
    open: (options) => new Aedat2Decoder(options),
  },
  davisSample,
];
