/** Turns the bytes of AEDAT 3 packets into events; used by the file, the TCP and the UDP decoder. */
import type { SensorGeometry } from '../../events/index.ts';
import { ByteQueue } from '../byte-queue.ts';
import { EventFormatError } from '../errors.ts';
import type { DecoderSink } from '../push-decoder.ts';
import {
  decodeRecords,
  endRun,
  startRun,
  type Clock,
  type RecordLayout,
  type RecordRun,
} from '../records/index.ts';
import { pixelLayout } from './layout.ts';
import {
  EVENT_TYPE,
  FIRST_UNKNOWN_TYPE,
  looksLikePacketHeader,
  PACKET_HEADER_BYTES,
  packetProblem,
  readPacketHeader,
  type PacketHeader,
} from './packet.ts';
import { headerNumbers, headerOf } from './packet-place.ts';
import type { ResumePlace } from '../resume.ts';
import type { StreamChoice } from '../stream-choice.ts';
import { frameOf, imuOf, specialOf, specialType, TIMESTAMP_RESET, triggerOf } from './side-events.ts';
import type { Aedat3Version } from './source.ts';

const TWO_31 = 2 ** 31;

/** What a stream of packets is like. */
export interface PacketStream {
  readonly version: Aedat3Version;
  /** Which source's events are decoded. */
  readonly choice: StreamChoice;
  /** The sensor of that source, once it is known. Needed for version 3.0, which counts rows from below. */
  readonly geometry: () => SensorGeometry | null;
  readonly maxPacketBytes: number;
}

/** What version 3.0 cannot do without. */
export function heightIsUnknown(byteOffset: number): EventFormatError {
  return new EventFormatError(
    'UNSUPPORTED_CHIP',
    byteOffset,
    'AEDAT 3.0 counts rows from below, and the header names no camera of known size. Give the option geometry.',
  );
}

/** Packets out of bytes that may be cut anywhere. An impossible header is damage: the next plausible one is looked for. */
export class PacketParser {
  readonly #sink: DecoderSink;
  readonly #stream: PacketStream;
  readonly #queue = new ByteQueue();
  /** Stream offset behind the bytes pushed. */
  #end = 0;
  #packet: PacketHeader | undefined;
  /** Events of the packet yet to come, and bytes behind them. */
  #left = 0;
  #padding = 0;
  /** Whether it is a packet of pixel events of a source that is not decoded. */
  #isOther = false;
  #lost = false;
  #layout: RecordLayout | undefined;
  #clock: Clock = { offset: 0, last: 0, wraps: 0 };
  #run: RecordRun | undefined;
  /** Overflow count of the last packet of pixel events, for the account. */
  #overflow: number | undefined;

  constructor(sink: DecoderSink, stream: PacketStream) {
    this.#sink = sink;
    this.#stream = stream;
  }

  /** Where the next byte belongs: it begins a packet, is inside one, or behind damage. */
  get place(): 'start' | 'inside' | 'lost' {
    if (this.#lost) return 'lost';
    return this.#packet === undefined && this.#queue.length === 0 ? 'start' : 'inside';
  }

  /** Takes the next bytes, which begin at stream offset `offset`. */
  push(bytes: Uint8Array, offset: number): void {
    this.#end = offset + bytes.length;
    this.#queue.push(bytes);
    while (this.#step());
    this.#flush();
    this.#stream.choice.note();
    this.#queue.keep();
  }

  /** What must be known to go on from here, be it inside a packet; `null` behind damage, or before the first event. */
  resumePlace(): ResumePlace | null {
    const { chosen } = this.#stream.choice;
    if (this.#lost || chosen === undefined) return null;
    const { offset, last } = this.#clock;
    const inside = [this.#left, this.#padding, Number(this.#isOther), offset, last];
    const state = [chosen, this.#overflow ?? -1, ...inside, ...headerNumbers(this.#packet)];
    return { pendingBytes: this.#queue.length, state };
  }

  /** Goes on as what was saved says, with the byte at this stream offset. */
  restore(state: readonly number[], offset: number): void {
    const [chosen, overflow, left, padding, isOther, clock, last, ...numbers] = state;
    const header = headerOf(numbers, offset);
    this.restart();
    this.#end = offset;
    this.#stream.choice.restart(chosen);
    this.#overflow = overflow! < 0 ? undefined : overflow;
    this.#packet = header;
    [this.#left, this.#padding, this.#isOther] = [left!, padding!, isOther === 1];
    this.#clock = { offset: clock!, last: last!, wraps: 0 };
    if (header?.type === EVENT_TYPE.polarity && !this.#isOther) this.#layout = this.#layoutOf(header);
  }

  /** Forgets an incomplete packet: what comes next begins a new one. */
  restart(): void {
    this.#queue.skip(this.#queue.length);
    this.#packet = undefined;
    this.#lost = false;
  }

  /** No more bytes come: says what is incomplete. @throws OptionError for a source that is not there. */
  finish(): void {
    this.#endPacket();
    this.#stream.choice.finish();
  }

  #endPacket(): void {
    if (this.#lost) return;
    if (this.#packet === undefined) {
      this.#sink.truncated(this.#queue.length, 'packet header');
    } else if (this.#queue.length > 0) {
      this.#sink.truncated(this.#queue.length, 'packet');
    } else if (this.#left > 0 || this.#padding > 0) {
      this.#damage('TRUNCATED', this.#end, `The last packet ends ${this.#left} events early.`);
    }
  }

  /** Under the policy strict this throws: what was collected goes first. */
  #damage(...fault: Parameters<DecoderSink['damage']>): void {
    this.#flush();
    this.#sink.damage(...fault);
  }

  get #at(): number {
    return this.#end - this.#queue.length;
  }

  /** One step; `false` where more bytes are needed. */
  #step(): boolean {
    if (this.#lost && !this.#search()) return false;
    if (this.#packet === undefined) return this.#begin();
    if (this.#left > 0) return this.#events(this.#packet);
    this.#padding -= this.#queue.skip(this.#padding);
    if (this.#padding > 0) return false;
    this.#packet = undefined;
    return true;
  }

  #begin(): boolean {
    const bytes = this.#queue.peek(PACKET_HEADER_BYTES);
    if (bytes === null) return false;
    const header = readPacketHeader(new DataView(bytes.buffer, bytes.byteOffset), 0);
    const { eventBytes, capacity, number, overflow, type, source } = header;
    const size = capacity * eventBytes;
    const problem = packetProblem(header);
    if (problem !== null || size > this.#stream.maxPacketBytes) {
      const at = this.#at;
      this.#queue.skip(1);
      this.#lost = true;
      if (problem === null) {
        const limit = `${this.#stream.maxPacketBytes}. Raise maxPacketBytes if that is right`;
        this.#damage('TOO_LARGE', at, `A packet of ${size} bytes is beyond the limit of ${limit}.`);
      } else {
        this.#damage('CORRUPT_DATA', at, `A packet header cannot be: ${problem}.`);
      }
      return true;
    }
    this.#queue.skip(PACKET_HEADER_BYTES);
    this.#packet = header;
    this.#left = number;
    this.#padding = (capacity - number) * eventBytes;
    this.#clock = { offset: overflow * TWO_31, last: 0, wraps: 0 };
    this.#isOther = type === EVENT_TYPE.polarity && !this.#stream.choice.takes(source);
    if (type === EVENT_TYPE.polarity && !this.#isOther) {
      if (overflow > (this.#overflow ?? overflow)) this.#sink.account.wraps++;
      this.#overflow = overflow;
      this.#layout = this.#layoutOf(header);
    }
    return true;
  }

  /** Looks for a header behind damage. */
  #search(): boolean {
    const { length } = this.#queue;
    const bytes = this.#queue.peek(length)!;
    const view = new DataView(bytes.buffer, bytes.byteOffset, length);
    let at = 0;
    while (at + PACKET_HEADER_BYTES <= length) {
      if (looksLikePacketHeader(view, at, this.#stream.maxPacketBytes)) {
        this.#lost = false;
        break;
      }
      at++;
    }
    this.#queue.skip(at);
    return !this.#lost;
  }

  #events({ type, eventBytes, timeOffset, source }: PacketHeader): boolean {
    if (type === EVENT_TYPE.polarity && !this.#isOther) return this.#pixels(eventBytes);
    const { account, listeners } = this.#sink;
    const isImu = type === EVENT_TYPE.imu6 || type === EVENT_TYPE.imu9;
    const heard =
      type === EVENT_TYPE.special ||
      (type === EVENT_TYPE.frame && listeners.frame !== undefined) ||
      (isImu && listeners.imu !== undefined);
    const count = Math.min(this.#left, Math.floor(this.#queue.length / eventBytes));
    if (count === 0) return false;
    this.#left -= count;
    if (this.#isOther || !heard) this.#queue.skip(count * eventBytes);
    if (this.#isOther) {
      this.#stream.choice.leaveOut(source, count);
      return true;
    }
    if (!heard) {
      account.dropped[type < FIRST_UNKNOWN_TYPE ? 'not-a-pixel' : 'unknown-type'] += count;
      return true;
    }
    for (let i = 0; i < count; i++) {
      const bytes = this.#queue.take(eventBytes)!;
      const event = new DataView(bytes.buffer, bytes.byteOffset, eventBytes);
      if ((event.getUint8(0) & 1) === 0) account.dropped.invalid++;
      else if (type === EVENT_TYPE.special) this.#special(event, timeOffset, source);
      else if (type === EVENT_TYPE.frame) this.#frame(event);
      else {
        const time = event.getInt32(timeOffset, true) + this.#clock.offset;
        this.#sink.deliverSide('imu', imuOf(event, time, type === EVENT_TYPE.imu9));
      }
    }
    return true;
  }

  #special(event: DataView, timeOffset: number, source: number): void {
    const { account, listeners } = this.#sink;
    const word = event.getUint32(0, true);
    const time = event.getInt32(timeOffset, true) + this.#clock.offset;
    const type = specialType(word);
    const trigger = triggerOf(type, time);
    if ((trigger === null ? listeners.special : listeners.trigger) === undefined) {
      account.dropped['not-a-pixel']++;
    }
    if (trigger !== null) this.#sink.deliverSide('trigger', trigger);
    else this.#sink.deliverSide('special', specialOf(type, word, time));
    // Another camera's clock is its own.
    if (type !== TIMESTAMP_RESET || this.#stream.choice.isOther(source)) return;
    this.#flush();
    this.#overflow = undefined;
    this.#sink.startSegment();
  }

  #frame(event: DataView): void {
    const bottomUp = this.#stream.version === '3.0' ? this.#stream.geometry() : null;
    const frame = frameOf(event, this.#clock.offset, bottomUp);
    if (typeof frame === 'string') this.#damage('CORRUPT_DATA', this.#at - event.byteLength, frame);
    else this.#sink.deliverSide('frame', frame);
  }

  #pixels(eventBytes: number): boolean {
    const available = Math.floor(this.#queue.length / eventBytes);
    if (available === 0) return false;
    // Small packets share a run: no event is smaller than 8 bytes.
    this.#run ??= startRun(Math.min(this.#sink.maxBatchEvents, this.#queue.length >>> 3));
    const room = this.#run.capacity - this.#run.length;
    const count = Math.min(this.#left, available, room);
    decodeRecords(this.#layout!, this.#queue.take(count * eventBytes)!, 0, count, this.#clock, this.#run);
    this.#left -= count;
    if (this.#run.length === this.#run.capacity) this.#flush();
    return true;
  }

  #flush(): void {
    const run = this.#run;
    if (run === undefined) return;
    this.#run = undefined;
    this.#sink.account.dropped.invalid += run.notPixel;
    this.#sink.account.dropped['outside-sensor'] += run.outside;
    this.#sink.deliver(endRun(run), run.length, run);
  }

  #layoutOf({ eventBytes, timeOffset }: PacketHeader): RecordLayout {
    const previous = this.#layout;
    if (previous?.recordBytes === eventBytes && previous.timeBytes[0] === timeOffset) return previous;
    const { version } = this.#stream;
    const geometry = this.#stream.geometry();
    if (version === '3.0' && geometry === null) throw heightIsUnknown(this.#at);
    return pixelLayout(version, geometry, eventBytes, timeOffset);
  }
}
