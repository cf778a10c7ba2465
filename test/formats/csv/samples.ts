import { batchFromTuples, type EventBatch, type SensorGeometry } from '../../../src/events/index.ts';
import { CsvDecoder, CsvEncoder } from '../../../src/formats/index.ts';
import type { ContractSample } from '../../helpers/format-contract.ts';
import { encodeAll } from '../../helpers/round-trip.ts';

const text = (content: string): Uint8Array => new TextEncoder().encode(content);
export const geometry: SensorGeometry = { width: 346, height: 260 };
export const events: EventBatch = batchFromTuples(
  Array.from({ length: 25 }, (_, i) => [70 * i * i, (7 * i) % 346, (11 * i) % 260, i % 2] as const),
  geometry,
);

const bytes = encodeAll(new CsvEncoder(), events);

export const csvSamples: readonly ContractSample[] = [
  { name: 'CSV with names', bytes, open: (options) => new CsvDecoder(options) },
  {
    name: 'CSV without names',
    bytes: bytes.subarray(8),
    open: (options) => new CsvDecoder({ ...options, columns: 't,x,y,p' }),
  },
  {
    name: 'CSV seconds, a size, blanks, CRLF',
    bytes: text('346 260\r\n0.5 1 2 -1\r\n\r\n  .75\t3  4 1 \r\n1.25e0 5 6 true\r\n'),
    open: (options) => new CsvDecoder({ ...options, columns: 't,x,y,p', timeUnit: 's' }),
  },
];
