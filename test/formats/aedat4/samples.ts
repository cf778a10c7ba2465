import { batchFromTuples, type EventBatch } from '../../../src/events/index.ts';
import {
  Aedat4Decoder,
  Aedat4Encoder,
  prepareZstdEncoder,
  type Aedat4Compression,
} from '../../../src/formats/index.ts';
import type { ContractSample } from '../../helpers/format-contract.ts';
import { AEDAT4_CODECS } from '../../../src/formats/aedat4/codec/codec.ts';
import { ioHeaderBytes } from '../../../src/formats/aedat4/io-header.ts';
import { encodeAll, joinBytes } from '../../helpers/round-trip.ts';
import { framePayload, imuPayload, streamsXml, triggerPayload } from './side-packets.ts';

// Node before 22.15, and Chromium, load what compresses zstd.
await prepareZstdEncoder();

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

/** The payload of the first packet that the encoder writes, not compressed. */
export function eventsPayload(events: EventBatch): Uint8Array {
  const file = new Aedat4Encoder({ compression: 'none' }).push(events);
  const view = new DataView(file.buffer);
  const first = 14 + 4 + view.getUint32(14, true);
  return file.slice(first + 8, first + 8 + view.getInt32(first + 4, true));
}

/** Two cameras' events, frames, inertial samples and triggers in turns; `pack` makes payloads what the header says. */
export function manyStreams(compression: Aedat4Compression): Uint8Array {
  const pack = (payload: Uint8Array): Uint8Array => AEDAT4_CODECS[compression].compress(payload);
  const frame = { format: 0, size: [3, 2], at: [5, 6], pixels: [1, 2, 3, 4, 5, 6] } as const;
  return joinBytes(
    ioHeaderBytes(compression, streamsXml('EVTS', 'EVTS', 'FRME', 'IMUS', 'TRIG', 'BBOX')),
    packet(2, pack(framePayload({ ...frame, t: START }))),
    packet(0, pack(eventsPayload(AEDAT4_EVENTS))),
    packet(3, pack(imuPayload({ t: START + 1, values: [30, 0.5, -1, 0.25, 1, 2, 3, 4, 5, 6] }))),
    packet(1, pack(eventsPayload(AEDAT4_EVENTS))),
    packet(4, pack(triggerPayload([START + 2, 1], [START + 3, 5], [START + 4, 0], [START + 5, 8]))),
    packet(5, new Uint8Array(9)),
    packet(0, pack(eventsPayload(AEDAT4_EVENTS))),
  );
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
    name: 'AEDAT 4.0 of many streams',
    bytes: manyStreams('lz4'),
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
