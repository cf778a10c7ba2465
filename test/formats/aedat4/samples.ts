import { batchFromTuples, type EventBatch } from '../../../src/events/index.ts';
import { Aedat4Decoder, Aedat4Encoder, type Aedat4Compression } from '../../../src/formats/index.ts';
import type { ContractSample } from '../../helpers/format-contract.ts';
import { encodeAll, joinBytes } from '../../helpers/round-trip.ts';

export const START = 1_589_163_147_368_868;
export const AEDAT4_EVENTS: EventBatch = batchFromTuples(
  Array.from({ length: 20 }, (_, i) => [START + 1000 * i, (7 * i) % 346, (11 * i) % 260, i % 2] as const),
  { width: 346, height: 260 },
);
const COMPRESSIONS: readonly Aedat4Compression[] = ['none', 'lz4', 'zstd'];

/** Two packets, with the table and its place. */
export function aedat4File(compression: Aedat4Compression): Uint8Array {
  return encodeAll(new Aedat4Encoder({ compression }), AEDAT4_EVENTS, AEDAT4_EVENTS);
}

/** A packet of any stream. */
export function packet(stream: number, payload: Uint8Array, size: number = payload.length): Uint8Array {
  const head = new Uint8Array(8);
  const view = new DataView(head.buffer);
  view.setInt32(0, stream, true);
  view.setInt32(4, size, true);
  return joinBytes(head, payload);
}

/** A file whose header says that jAER wrote it. */
export function jaerFile(...batches: readonly EventBatch[]): Uint8Array {
  const file = encodeAll(new Aedat4Encoder(), ...batches);
  const at = new TextDecoder('latin1').decode(file).indexOf('>saccade<') + 1;
  file.set(new TextEncoder().encode('jAER   '), at);
  return file;
}

export const aedat4Samples: readonly ContractSample[] = [
  ...COMPRESSIONS.map((compression): ContractSample => ({
    name: `AEDAT 4.0 ${compression}`,
    bytes: aedat4File(compression),
    open: (options) => new Aedat4Decoder(options),
  })),
  {
    name: 'AEDAT 4.0 of a recorder that was cut off',
    bytes: new Aedat4Encoder().push(AEDAT4_EVENTS),
    open: (options) => new Aedat4Decoder(options),
  },
  {
    name: 'AEDAT 4.0 of jAER',
    bytes: jaerFile(
      AEDAT4_EVENTS,
      batchFromTuples(Array.from({ length: 5 }, (_, i) => [START + i - 2 ** 32, i, i, 1] as const)),
    ),
    open: (options) => new Aedat4Decoder(options),
  },
];
