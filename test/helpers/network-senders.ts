/** What camera software sends, made of events by encoders that know nothing of our receivers; and sockets that send it. */
import { createSocket } from 'node:dgram';
import { connect, type Socket } from 'node:net';
import {
  encodeCanonicalRecords,
  sliceBatch,
  type EventBatch,
  type SensorGeometry,
} from '../../src/events/index.ts';
import {
  Aedat2Encoder,
  Aedat3Encoder,
  Aedat4Encoder,
  createDecoder,
  createEncoder,
} from '../../src/formats/index.ts';
import { caerHeader, numbers } from '../formats/network/samples.ts';
import { encodeAll, joinBytes } from './round-trip.ts';

/** A form as it is written in addresses, and how events are sent in it. */
export interface Sender {
  /** `udp:…/jaer?sensor=…`: what stands behind the port. */
  readonly form: string;
  readonly sensor: SensorGeometry;
  readonly datagrams?: (events: EventBatch) => Uint8Array[];
  readonly stream?: (events: EventBatch) => Uint8Array;
}

const BODY_BYTES = 1400;

function bodyOf(file: Uint8Array, format: string): Uint8Array {
  const decoder = createDecoder({ format });
  decoder.push(file);
  decoder.finish();
  return file.subarray(decoder.report.headerBytes);
}

const aedat2Body = (events: EventBatch): Uint8Array =>
  bodyOf(encodeAll(new Aedat2Encoder({ chip: 'dvs128' }), events), 'aedat2');
const aedat3Body = (events: EventBatch): Uint8Array =>
  bodyOf(encodeAll(new Aedat3Encoder(), events), 'aedat3');

function cut(bytes: Uint8Array, size: number): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) parts.push(bytes.subarray(at, at + size));
  return parts;
}

function batchesOf(events: EventBatch, size: number): EventBatch[] {
  const parts: EventBatch[] = [];
  for (let at = 0; at < events.length; at += size)
    parts.push(sliceBatch(events, at, Math.min(events.length, at + size)));
  return parts;
}

/** A packet of AEDAT 3 after the other: its header says how many events of 8 bytes follow. */
function caerDatagrams(events: EventBatch): Uint8Array[] {
  const body = aedat3Body(events);
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  const datagrams: Uint8Array[] = [];
  for (let at = 0; at < body.length;) {
    const bytes = 28 + view.getInt32(at + 16, true) * view.getInt32(at + 4, true);
    for (const [i, piece] of cut(body.subarray(at, at + bytes), BODY_BYTES).entries())
      datagrams.push(joinBytes(caerHeader(datagrams.length, i === 0), piece));
    at += bytes;
  }
  return datagrams;
}

function spifDatagrams(events: EventBatch): Uint8Array[] {
  return batchesOf(events, 32).map(({ t, x, y, p, length }) => {
    const view = new DataView(new ArrayBuffer(8 * length));
    for (let i = 0; i < length; i++) {
      view.setUint32(8 * i, ((x[i]! & 0x7fff) * 65536 + (p[i]! << 15) + y[i]!) >>> 0, true);
      view.setUint32(8 * i + 4, t[i]! >>> 0, true);
    }
    return new Uint8Array(view.buffer);
  });
}

function faery32Datagrams(events: EventBatch): Uint8Array[] {
  return batchesOf(events, 100).map((part) =>
    joinBytes(
      ...Array.from({ length: part.length }, (_, i) =>
        numbers('little', [part.t[i]!, 4], [part.x[i]!, 2], [(part.y[i]! << 1) | part.p[i]!, 2]),
      ),
    ),
  );
}

function faeryStreamDatagrams(events: EventBatch): Uint8Array[] {
  return batchesOf(events, 100).map((part) => {
    const t0 = part.t[0]!;
    const relative = { ...part, t: part.t.slice(0, part.length).map((time) => time - t0) };
    // 12 + 3 + 1 + 4 bytes of header.
    return joinBytes(numbers('little', [t0, 8]), encodeAll(createEncoder('es'), relative).subarray(20));
  });
}

function jaerTcp(events: EventBatch): Uint8Array {
  const body = aedat2Body(events);
  const swapped = new Uint8Array(body.length);
  for (let at = 0; at < body.length; at += 8) {
    swapped.set(body.subarray(at + 4, at + 8), at);
    swapped.set(body.subarray(at, at + 4), at + 4);
  }
  return swapped;
}

/** DV's stream: no first line, no table. */
const dv = (events: EventBatch, compression: 'none' | 'lz4' = 'lz4'): Uint8Array =>
  joinBytes(
    ...batchesOf(events, 500).map(
      (
        (encoder) => (part) =>
          encoder.push(part)
      )(new Aedat4Encoder({ compression })),
    ),
  ).subarray(14);

const DVS128 = { width: 128, height: 128 };

/** Every form, with the sensor that events must lie on. */
export const senders: readonly Sender[] = [
  {
    form: 'udp/jaer',
    sensor: DVS128,
    datagrams: (events) =>
      cut(aedat2Body(events), 800).map((part, i) => joinBytes(numbers('big', [i + 1, 4]), part)),
  },
  { form: 'udp/caer?sensor=128x128', sensor: DVS128, datagrams: caerDatagrams },
  { form: 'udp/spif?sensor=128x128', sensor: DVS128, datagrams: spifDatagrams },
  {
    form: 'udp/faery?sensor=128x128',
    sensor: DVS128,
    datagrams: (events) => batchesOf(events, 100).map((part) => encodeCanonicalRecords(part)),
  },
  {
    form: 'udp/faery?sensor=128x128&payload=t32_x16_y15_on1',
    sensor: DVS128,
    datagrams: faery32Datagrams,
  },
  {
    form: 'udp/faery?sensor=128x128&payload=event_stream',
    sensor: DVS128,
    datagrams: faeryStreamDatagrams,
  },
  { form: 'tcp/jaer', sensor: DVS128, stream: jaerTcp },
  {
    form: 'tcp/caer?sensor=128x128',
    sensor: DVS128,
    stream: (events) => joinBytes(caerHeader(0), aedat3Body(events)),
  },
  { form: 'tcp/dv', sensor: DVS128, stream: (events) => dv(events) },
  { form: 'tcp/dv', sensor: DVS128, stream: (events) => dv(events, 'none') },
  ...(['evt2', 'evt21', 'evt3', 'aedat4', 'aedat2', 'es'] as const).map((id): Sender => ({
    form: `tcp/${id}`,
    sensor: DVS128,
    stream: (events) => encodeAll(createEncoder(id, id === 'aedat2' ? { chip: 'dvs128' } : {}), events),
  })),
];

/** Sends datagrams from one port, some at a time, so that a receiver in this thread keeps up. */
export class DatagramSender {
  readonly #socket = createSocket('udp4');
  readonly #port: number;

  constructor(port: number) {
    this.#port = port;
  }

  async send(datagrams: readonly Uint8Array[], atOnce = 10): Promise<void> {
    for (let from = 0; from < datagrams.length; from += atOnce) {
      await Promise.all(datagrams.slice(from, from + atOnce).map((datagram) => this.#sendOne(datagram)));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  close(): void {
    this.#socket.close();
  }

  #sendOne(datagram: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.send(datagram, this.#port, '127.0.0.1', (error) => (error ? reject(error) : resolve()));
    });
  }
}

/** A connection that is there. */
export async function connected(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.setNoDelay(true);
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  return socket;
}

/** Sends a stream in pieces, and says goodbye. */
export async function sendStream(port: number, pieces: Iterable<Uint8Array>): Promise<void> {
  const socket = await connected(port);
  socket.on('error', () => undefined);
  for (const piece of pieces) {
    if (socket.destroyed) return;
    if (!socket.write(piece))
      await new Promise((resolve) => socket.once('drain', resolve).once('close', resolve));
  }
  socket.end();
  await new Promise((resolve) => (socket.closed ? resolve(null) : socket.once('close', resolve)));
}
