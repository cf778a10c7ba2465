/** Damaged messages and requests, as many as one likes, always the same for a seed. */
import { randomBytes } from 'node:crypto';
import net from 'node:net';
import { batchFromTuples, SeededRandom } from '../../src/events/index.ts';
import { createEncoder } from '../../src/formats/index.ts';
import { encodeEnd, encodeEvents, encodeRaw, encodeSegment, SUBPROTOCOL } from '../../src/live/index.ts';
import { mutate } from './fuzz.ts';

/** Formats whose bytes are sent raw. */
const RAW_FORMATS = ['aedat2', 'evt2', 'evt3', 'dat', 'csv', 'es', 'aedat4'] as const;

/** A frame as a client sends it; a mask of zeros leaves the payload as it is. */
function frame(opcode: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(payload.length < 126 ? 6 : payload.length < 65_536 ? 8 : 14);
  head[0] = 0x80 | opcode;
  head[1] = 0x80 | (payload.length < 126 ? payload.length : payload.length < 65_536 ? 126 : 127);
  if (head.length === 8) head.writeUInt16BE(payload.length, 2);
  if (head.length === 14) head.writeBigUInt64BE(BigInt(payload.length), 2);
  return Buffer.concat([head, payload]);
}

const text = (value: unknown): Buffer => frame(1, Buffer.from(JSON.stringify(value)));

/** What is sent on one connection, and how many inputs it is. */
export interface Assault {
  readonly bytes: Buffer;
  readonly inputs: number;
}

/** Makes assaults. */
export class AbuseMaker {
  readonly #random: SeededRandom;
  readonly #host: string;
  readonly #recordings: readonly Uint8Array[];
  #cameras = 0;

  constructor(seed: number, host: string) {
    this.#random = new SeededRandom(seed);
    this.#host = host;
    const events = batchFromTuples(
      Array.from({ length: 60 }, (_, i) => [1000 + 40 * i, i % 34, (3 * i) % 34, i % 2] as const),
      { width: 34, height: 34 },
    );
    this.#recordings = RAW_FORMATS.map((format) => {
      const options = format === 'aedat2' ? { chip: 'dvs128' } : { geometry: { width: 34, height: 34 } };
      const encoder = createEncoder(format, options as never);
      return Uint8Array.from([...encoder.push(events), ...encoder.finish()]);
    });
  }

  /** Requests in a row on one connection, about half of them whole. */
  requests(count: number): Assault {
    const parts = Array.from({ length: count }, () => this.#request());
    parts.push(Buffer.from(`GET /healthz HTTP/1.1\r\nHost: ${this.#host}\r\nConnection: close\r\n\r\n`));
    return { bytes: Buffer.concat(parts), inputs: count };
  }

  /** A camera whose messages are damaged; some are sent behind the one that ends it. */
  camera(count: number): Assault {
    const raw = this.#random.integer(4) === 0;
    const parts = [this.#upgrade('/ingest', []), this.#hello(raw)];
    for (let i = 0; i < count; i++) parts.push(this.#message(raw, i));
    return { bytes: Buffer.concat(parts), inputs: count + 2 };
  }

  /** Bytes of no protocol. */
  noise(): Assault {
    return { bytes: Buffer.from(this.#bytes(1 + this.#random.integer(400))), inputs: 1 };
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#random.integer(list.length)]!;
  }

  #bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.#random.integer(256));
  }

  #maybeDamaged(bytes: Uint8Array, oneIn: number): Uint8Array {
    return this.#random.integer(oneIn) === 0
      ? mutate(this.#random, bytes, this.#pick(this.#recordings))
      : bytes;
  }

  #request(): Buffer {
    const target = this.#pick([
      '/',
      '/healthz',
      '/model',
      '/view',
      '/ingest',
      '//',
      '/%',
      '/..%2f',
      `/${'a'.repeat(300)}`,
    ]);
    const method = this.#pick(['GET', 'GET', 'GET', 'HEAD', 'POST', 'PUT', 'X']);
    const headers = [
      `Host: ${this.#pick([this.#host, this.#host, this.#host, 'evil.example', '[::1]', ''])}`,
      ...(this.#random.integer(3) === 0
        ? [`Origin: ${this.#pick(['null', 'http://evil.example', 'x'])}`]
        : []),
      ...(this.#random.integer(4) === 0
        ? [`Authorization: ${this.#pick(['Bearer x', 'Bearer', 'Basic eA=='])}`]
        : []),
    ];
    const whole = Buffer.from(`${method} ${target} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`);
    return Buffer.from(this.#maybeDamaged(whole, 40));
  }

  #upgrade(target: string, headers: readonly string[]): Buffer {
    const lines = [
      `GET ${target} HTTP/1.1`,
      `Host: ${this.#host}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
      `Sec-WebSocket-Protocol: ${SUBPROTOCOL}`,
      ...headers,
    ];
    const whole = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);
    return Buffer.from(this.#maybeDamaged(whole, 20));
  }

  #hello(raw: boolean): Buffer {
    const hello: Record<string, unknown> = {
      type: 'hello',
      camera: this.#random.integer(30) === 0 ? 'witness' : `bad ${this.#cameras++ % 1000}`,
      sensor: { width: 34, height: 34 },
      payload: raw ? 'raw' : 'events',
      policy: this.#pick(['pause', 'drop-oldest', 'drop-newest']),
      ...(raw && { decoding: { format: this.#pick(RAW_FORMATS) } }),
    };
    if (this.#random.integer(8) === 0)
      hello[this.#pick(Object.keys(hello))] = this.#pick([
        null,
        0,
        -1,
        '',
        'x'.repeat(5000),
        [],
        {},
        { width: 65536, height: 32768 },
      ]);
    const bytes = Buffer.from(JSON.stringify(hello));
    return frame(this.#random.integer(40) === 0 ? 2 : 1, this.#maybeDamaged(bytes, 20));
  }

  #message(raw: boolean, seq: number): Buffer {
    const kind = this.#random.integer(20);
    if (kind === 0) return frame(this.#pick([0, 1, 2, 3, 8, 9, 10]), this.#bytes(this.#random.integer(200)));
    if (kind === 1) return text({ type: this.#pick(['hello', 'end', 'x']) });
    if (kind === 2) return frame(2, encodeEnd(seq));
    if (kind < 6) return frame(2, this.#maybeDamaged(this.#segment(seq), 6));
    if (raw) return frame(2, encodeRaw(seq, this.#maybeDamaged(this.#pick(this.#recordings), 2)));
    return frame(2, this.#maybeDamaged(this.#events(seq), 10));
  }

  #segment(seq: number): Uint8Array {
    const sensor = this.#pick([
      undefined,
      { width: 34, height: 34 },
      { width: 1, height: 1 },
      { width: 4096, height: 4096 },
    ]);
    return encodeSegment(seq, {
      name: this.#pick(['', 'a', '\u0000\u001b[2J', 'n'.repeat(500)]),
      label: this.#pick([null, '7', 'l'.repeat(200)]),
      ...(sensor && { sensor }),
    });
  }

  /** Well formed, with times, numbers and places that no camera has. */
  #events(seq: number): Uint8Array {
    const t0 = this.#pick([0, 1e6 * seq, -(2 ** 50), 2 ** 50, 5]);
    const step = this.#pick([0, 1, 500, 40_000]);
    const count = this.#random.integer(40);
    const events = Array.from(
      { length: count },
      (_, i) =>
        [t0 + i * step, this.#random.integer(34), this.#random.integer(34), this.#random.integer(2)] as const,
    );
    return encodeEvents(
      this.#pick([seq, 0, 2 ** 32 - 1]),
      batchFromTuples(events),
      this.#random.integer(30) === 0,
    );
  }
}

/** Sends it and reads what comes, until the server closes or has had its time. */
export function assail(
  {
    port,
    connect = net.connect,
  }: { readonly port: number; readonly connect?: (port: number, host: string) => net.Socket },
  { bytes }: Assault,
  patienceMs = 60,
): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.on('data', () => undefined);
    socket.write(bytes);
    const patience = setTimeout(() => socket.destroy(), patienceMs);
    socket.on('close', () => {
      clearTimeout(patience);
      resolve();
    });
  });
}

/** Sends at least so many damaged inputs, some connections at a time; returns how many it were. */
export async function assailWith(
  maker: AbuseMaker,
  port: number,
  inputs: number,
  {
    connect,
    parallel = 12,
  }: { readonly connect?: (port: number, host: string) => net.Socket; readonly parallel?: number } = {},
): Promise<number> {
  let sent = 0;
  let turn = 0;
  const one = async (): Promise<void> => {
    while (sent < inputs) {
      const kind = turn++ % 8;
      const assault = kind === 0 ? maker.noise() : kind < 5 ? maker.requests(100) : maker.camera(60);
      sent += assault.inputs;
      await assail({ port, ...(connect && { connect }) }, assault);
    }
  };
  await Promise.all(Array.from({ length: parallel }, one));
  return sent;
}
