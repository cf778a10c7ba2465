import { batchFromTuples, type EventBatch } from '../../../src/events/index.ts';
import { Aedat2Decoder, Aedat2Encoder } from '../../../src/formats/index.ts';
import type { ContractSample } from '../../helpers/format-contract.ts';
import { encodeAll } from '../../helpers/round-trip.ts';

export const DVS128_EVENTS: EventBatch = batchFromTuples(
  Array.from({ length: 30 }, (_, i) => [1000 * i, (7 * i) % 128, (11 * i) % 128, i % 2] as const),
  { width: 128, height: 128 },
);

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
];
