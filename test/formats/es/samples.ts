import { batchFromTuples, type EventBatch, type SensorGeometry } from '../../../src/events/index.ts';
import { EsDecoder, EsEncoder } from '../../../src/formats/index.ts';
import type { ContractSample } from '../../helpers/format-contract.ts';
import { encodeAll, joinBytes } from '../../helpers/round-trip.ts';

/** A file of some type; colour, dvs and atis need the size. */
export function file(
  type: number,
  size: readonly [number, number] | null,
  ...data: readonly number[]
): Uint8Array {
  const sides = size === null ? [] : [size[0] & 0xff, size[0] >> 8, size[1] & 0xff, size[1] >> 8];
  return joinBytes(new TextEncoder().encode('Event Stream'), Uint8Array.of(2, 0, 0, type, ...sides, ...data));
}
export const GENERIC = 0;
export const DVS = 1;
export const ATIS = 2;
export const DISPLAY = 3;
export const COLOUR = 4;

export const geometry: SensorGeometry = { width: 304, height: 240 };
export const events: EventBatch = batchFromTuples(
  Array.from({ length: 25 }, (_, i) => [70 * i * i, (7 * i) % 304, (11 * i) % 240, i % 2] as const),
  geometry,
);
export const generic: Uint8Array = file(
  GENERIC,
  null,
  5,
  2 << 1,
  1,
  2,
  0xff,
  0xfe,
  6,
  (3 << 1) | 1,
  0,
  7,
  8,
  9,
  0xff,
  1,
  0,
);
export const colour: Uint8Array = file(
  COLOUR,
  [8, 4],
  5,
  1,
  0,
  0,
  0,
  10,
  20,
  30,
  0xff,
  0xfe,
  6,
  7,
  0,
  3,
  0,
  40,
  50,
  60,
);
export const atis: Uint8Array = file(
  ATIS,
  [8, 4],
  9 << 2,
  1,
  0,
  0,
  0,
  0xff,
  0xfe,
  0xfd,
  0xfc,
  (2 << 2) | 2,
  2,
  0,
  3,
  0,
);

export const esSamples: readonly ContractSample[] = [
  {
    name: 'Event Stream dvs',
    bytes: encodeAll(new EsEncoder(), events),
    open: (options) => new EsDecoder(options),
  },
  {
    name: 'Event Stream atis',
    bytes: encodeAll(new EsEncoder({ esType: 'atis' }), events),
    open: (options) => new EsDecoder(options),
  },
  { name: 'Event Stream atis with padding', bytes: atis, open: (options) => new EsDecoder(options) },
  { name: 'Event Stream generic', bytes: generic, open: (options) => new EsDecoder(options) },
  { name: 'Event Stream colour', bytes: colour, open: (options) => new EsDecoder(options) },
];
