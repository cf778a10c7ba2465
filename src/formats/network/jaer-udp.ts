/** jAER's datagrams: a sequence number, then records of address and timestamp. */
import { integerOption, type SensorGeometry } from '../../events/index.ts';
import { startClock } from '../aedat2/layout.ts';
import { SideWords } from '../aedat2/side-words.ts';
import { DatagramDecoder } from '../datagram-decoder.ts';
import type { NetworkForm } from '../network-forms.ts';
import type { DecoderSink } from '../push-decoder.ts';
import { decodeRuns } from '../records/decode-runs.ts';
import type { Clock } from '../records/index.ts';
import { word } from '../records/scalar.ts';
import { unixMicros, type ArrivalClock, type ArrivalClockOptions } from './arrival-clock.ts';
import { jaerStream, noteAssumedChip, type JaerStream, type JaerStreamOptions } from './jaer-stream.ts';

/** Options of the jAER UDP decoder, named after what jAER's dialog offers. */
export interface JaerUdpOptions extends JaerStreamOptions, ArrivalClockOptions {
  /** Datagrams begin with a number of 32 bits. Default true. */
  readonly sequenceNumbers?: boolean;
  /** Bytes in front of everything in each datagram; 28 for jAER's "cAER stream". Default 0. */
  readonly skipBytes?: number;
}

const SEQUENCE_BYTES = 4;
/** jAER's numbers go from 1 to 2^31 - 1, then on from 0. */
const SEQUENCE_MODULUS = 2 ** 31;

/**
 * Push decoder of what jAER's `AEUnicastOutput` sends (port 8991); each `push` takes one datagram. Duplicates are
 * left out, what comes late is kept.
 *
 * @example
 * ```ts
 * import { JaerUdpDecoder } from 'saccade';
 * const decoder = new JaerUdpDecoder({ chip: 'dvs128' });
 * const datagram = new Uint8Array([0, 0, 0, 1, 0, 0, 0x7b, 0xf8, 0, 0, 3, 0xe8]);
 * const [batch] = [...decoder.push(datagram), ...decoder.push(datagram)];
 * console.log(batch?.t[0], batch?.x[0], decoder.report.datagrams?.duplicated); // 1000 3 1
 * ```
 */
export class JaerUdpDecoder extends DatagramDecoder {
  readonly geometry: SensorGeometry;
  readonly #stream: JaerStream;
  readonly #sink: DecoderSink;
  readonly #side: SideWords | undefined;
  readonly #sequenceBytes: number;
  readonly #littleEndian: boolean;
  readonly #skipBytes: number;
  readonly #now: ArrivalClock;
  readonly #timestampBytes: number;
  #clock: Clock | undefined;

  constructor(options: JaerUdpOptions = {}) {
    super('aedat2', 'jAER UDP', options, SEQUENCE_MODULUS);
    this.#stream = jaerStream(options, false);
    this.geometry = this.#stream.geometry;
    noteAssumedChip(this.account, options);
    this.#sink = this.sink();
    this.#side = SideWords.for(this.#sink, this.#stream);
    this.#sequenceBytes = (options.sequenceNumbers ?? true) ? SEQUENCE_BYTES : 0;
    this.#littleEndian = options.byteSwap ?? false;
    this.#skipBytes = integerOption('skipBytes', options.skipBytes ?? 0, 0, 65_535);
    this.#now = options.now ?? unixMicros;
    this.#timestampBytes = this.#stream.layout.timeBytes.length;
  }

  protected decodeDatagram(bytes: Uint8Array): void {
    const { recordBytes } = this.#stream.layout;
    const start = this.#skipBytes + this.#sequenceBytes;
    const count = (bytes.length - start) / recordBytes;
    if (count < 0 || !Number.isInteger(count)) {
      this.malformed(
        `A datagram of ${bytes.length} bytes is not ${start} and whole records of ${recordBytes}.`,
      );
      return;
    }
    let late = false;
    if (this.#sequenceBytes > 0) {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      const number = view.getUint32(this.#skipBytes, this.#littleEndian) % SEQUENCE_MODULUS;
      const place = this.placeOf(number);
      if (place === 'duplicate') return;
      late = place === 'late' || place === 'stray';
    }
    if (count > 0) this.#records(bytes, start, count, late);
  }

  protected override end(): void {
    this.#side?.finish();
  }

  #records(bytes: Uint8Array, start: number, count: number, late: boolean): void {
    const { layout, rule } = this.#stream;
    const stream = { layout, besides: this.#side?.read };
    if (this.#timestampBytes === 0) {
      const clock = { offset: this.#now(), last: 0, wraps: 0 };
      decodeRuns(this.#sink, { ...stream, clock }, bytes, start, count);
      return;
    }
    const bits = word(bytes, start, layout.timeBytes);
    const first = layout.timeSigned ? bits : bits >>> 0;
    this.#clock ??= startClock(rule.time, first);
    const clock = this.#clock;
    const step = first - clock.last;
    const range = layout.counterRange;
    if (clock.wraps > 0 && step > range / 2 && (late || this.#timestampBytes === 4)) {
      // From before the wrap that is already counted: the clock must not go back with it.
      const before = { ...clock, offset: clock.offset - range, last: first };
      decodeRuns(this.#sink, { ...stream, clock: before }, bytes, start, count);
      this.account.wraps = clock.wraps;
      return;
    }
    decodeRuns(this.#sink, { ...stream, clock }, bytes, start, count);
  }
}

/** The form's entry in the list. */
export const jaerUdp: NetworkForm = {
  id: 'jaer-udp',
  name: 'jAER UDP',
  transport: 'udp',
  format: 'aedat2',
  createDecoder: (options) => new JaerUdpDecoder(options),
};
