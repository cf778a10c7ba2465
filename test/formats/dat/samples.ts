import { DatDecoder, DatEncoder } from '../../../src/formats/index.ts';
import { batchFromTuples, type EventBatch } from '../../../src/events/index.ts';
import type { ContractSample } from '../../helpers/format-contract.ts';
import { encodeAll, joinBytes } from '../../helpers/round-trip.ts';

const text = (content: string): Uint8Array => new TextEncoder().encode(content);

/** DAT records of any size: time, word, filler. */
export function datRecords(size: number, ...words: readonly [t: number, word: number][]): Uint8Array {
  const view = new DataView(new ArrayBuffer(size * words.length));
  words.forEach(([t, word], i) => {
    view.setUint32(size * i, t, true);
    view.setUint32(size * i + 4, word, true);
  });
  return new Uint8Array(view.buffer);
}

export const DAT_EVENTS: EventBatch = batchFromTuples(
  Array.from({ length: 25 }, (_, i) => [1000 * i, (7 * i) % 35, (11 * i) % 35, i % 2] as const),
  { width: 35, height: 35 },
);

/** A file of triggers over the counter's wrap. */
export const DAT_TRIGGERS: Uint8Array = joinBytes(
  text('% Version 2\n% end\n'),
  Uint8Array.of(0x0e, 8),
  datRecords(8, [2 ** 32 - 5, 1], [3, (2 << 26) | 0], [9, ((5 << 26) | 1) >>> 0]),
);

const DAT1 = encodeAll(new DatEncoder({ datVersion: 1 }), DAT_EVENTS);
/** As POKER-DVS has it. */
export const HEADERLESS_DAT1: Uint8Array = DAT1.subarray(DAT1.length - 8 * DAT_EVENTS.length);

export const datSamples: readonly ContractSample[] = [
  {
    name: 'DAT 2',
    bytes: encodeAll(new DatEncoder(), DAT_EVENTS),
    open: (options) => new DatDecoder(options),
  },
  {
    name: 'DAT 1',
    bytes: DAT1,
    open: (options) => new DatDecoder(options),
  },
  {
    name: 'DAT 1 without a header',
    bytes: HEADERLESS_DAT1,
    open: (options) => new DatDecoder(options),
  },
  {
    name: 'DAT of 11-byte records',
    bytes: joinBytes(text('% Version 2\n'), Uint8Array.of(0x0c, 11), datRecords(11, [1, 5], [2, 6], [3, 7])),
    open: (options) => new DatDecoder(options),
  },
  { name: 'DAT of triggers', bytes: DAT_TRIGGERS, open: (options) => new DatDecoder(options) },
];
