/** faery's datagrams: records of 13 or 8 bytes, or a time and Event Stream events relative to it. */
import { OptionError, type SensorGeometry } from '../../events/index.ts';
import { DatagramDecoder } from '../datagram-decoder.ts';
import type { DecoderOptions } from '../event-format.ts';
import { PIXEL_EVENT_BYTES } from '../es/layout.ts';
import { decodeDvs } from '../es/decode-dvs.ts';
import type { NetworkForm } from '../network-forms.ts';
import { endRun, startRun } from '../records/run.ts';
import { DatagramCounter } from './counter.ts';
import { EventRun } from './event-run.ts';

/** How faery's senders write events, by their names for it. */
export type FaeryPayload = 't64_x16_y16_on8' | 't32_x16_y15_on1' | 'event_stream';

/**
 * Options of the faery decoder. The form states no geometry: give it to have events checked. `event_stream` counts rows
 * from below and needs it.
 */
export interface FaeryUdpOptions extends DecoderOptions {
  /** Default `t64_x16_y16_on8`, as faery's. Nothing in the bytes tells. */
  readonly payload?: FaeryPayload;
}

const PAYLOADS: readonly FaeryPayload[] = ['t64_x16_y16_on8', 't32_x16_y15_on1', 'event_stream'];
/** Bytes of the time in front of Event Stream events. */
const TIME_BYTES = 8;
/** Only ATIS streams have some. */
const NO_CROSSING = (): void => undefined;
/** Times below 2^53 are exact: the upper half must be below this. */
const HIGH_LIMIT = 2 ** 21;

/**
 * Push decoder of what faery's `to_udp` sends; each `push` takes one datagram. Datagrams have no numbers, so what
 * is missing or came twice cannot be known; what comes late is kept (faery's own receiver drops it).
 *
 * @example
 * ```ts
 * import { FaeryUdpDecoder } from 'saccade';
 * const decoder = new FaeryUdpDecoder({ payload: 't32_x16_y15_on1' });
 * const [batch] = decoder.push(new Uint8Array([0xe8, 3, 0, 0, 3, 0, 9, 0]));
 * console.log(batch?.t[0], batch?.x[0], batch?.y[0], batch?.p[0]); // 1000 3 4 1
 * ```
 */
export class FaeryUdpDecoder extends DatagramDecoder {
  readonly geometry: SensorGeometry | null;
  readonly #payload: FaeryPayload;
  readonly #counter: DatagramCounter;

  constructor(options: FaeryUdpOptions = {}) {
    super('faery', `faery ${options.payload ?? 't64_x16_y16_on8'}`, options);
    this.geometry = options.geometry ?? null;
    this.#payload = options.payload ?? 't64_x16_y16_on8';
    if (!PAYLOADS.includes(this.#payload)) {
      throw new OptionError('payload', `must be one of ${PAYLOADS.join(', ')}`);
    }
    if (this.#payload === 'event_stream' && this.geometry === null) {
      throw new OptionError('geometry', 'is needed for event_stream, which counts rows from below');
    }
    this.#counter = new DatagramCounter(this.account);
  }

  protected decodeDatagram(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    if (this.#payload === 'event_stream') {
      this.#eventStream(view, bytes);
      return;
    }
    const recordBytes = this.#payload === 't64_x16_y16_on8' ? 13 : 8;
    const count = bytes.length / recordBytes;
    if (!Number.isInteger(count)) {
      this.malformed(`A datagram of ${bytes.length} bytes is not made of records of ${recordBytes}.`);
      return;
    }
    if (recordBytes === 13) this.#records64(view, count);
    else this.#records32(view, count);
  }

  #eventStream(view: DataView, bytes: Uint8Array): void {
    if (bytes.length < TIME_BYTES || view.getUint32(4, true) >= HIGH_LIMIT) {
      this.malformed(`A datagram of ${bytes.length} bytes does not begin with a time below 2^53.`);
      return;
    }
    const clock = { time: view.getUint32(0, true) + 2 ** 32 * view.getUint32(4, true), overflows: 0 };
    for (let at = TIME_BYTES; at < bytes.length;) {
      const end = Math.min(bytes.length, at + PIXEL_EVENT_BYTES * this.maxBatchEvents);
      const run = startRun(Math.floor((end - at) / PIXEL_EVENT_BYTES));
      const next = decodeDvs(bytes, at, end, this.geometry!, clock, run, NO_CROSSING);
      this.account.dropped['outside-sensor'] += run.outside;
      this.deliver(endRun(run), run.length, run);
      if (next < end && end === bytes.length) {
        const problem = `A datagram ends inside an event: its last ${end - next} bytes are left out.`;
        this.damage('CORRUPT_DATA', this.datagramOffset, problem);
        return;
      }
      at = next;
    }
  }

  #records64(view: DataView, count: number): void {
    for (let i = 0; i < count; i++) {
      if (view.getUint32(13 * i + 4, true) < HIGH_LIMIT) continue;
      this.malformed(`A datagram has a time beyond 53 bits. Is its payload ${this.#payload}?`);
      return;
    }
    const run = new EventRun(this.sink(), this.geometry, count);
    for (let at = 0; at < 13 * count; at += 13) {
      const time = view.getUint32(at, true) + 2 ** 32 * view.getUint32(at + 4, true);
      const on = view.getUint8(at + 12) === 0 ? 0 : 1;
      run.add(time, view.getUint16(at + 8, true), view.getUint16(at + 10, true), on);
    }
    run.flush();
  }

  #records32(view: DataView, count: number): void {
    const run = new EventRun(this.sink(), this.geometry, count);
    for (let at = 0; at < 8 * count; at += 8) {
      const row = view.getUint16(at + 6, true);
      run.add(this.#counter.take(view.getUint32(at, true)), view.getUint16(at + 4, true), row >>> 1, row & 1);
    }
    run.flush();
  }
}

/** The form's entry in the list. */
export const faeryUdp: NetworkForm = {
  id: 'faery-udp',
  name: 'faery UDP',
  transport: 'udp',
  format: 'faery',
  createDecoder: (options) => new FaeryUdpDecoder(options),
};
