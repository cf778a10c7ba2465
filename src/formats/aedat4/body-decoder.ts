/** Everything behind the IOHeader, for files and network streams. */
import type { SensorGeometry } from '../../events/index.ts';
import { startsWith } from '../event-format.ts';
import { PushDecoder } from '../push-decoder.ts';
import { endRun, startRun } from '../records/run.ts';
import { resumeState, type ResumePlace, type ResumePoint } from '../resume.ts';
import type { SideChannelName } from '../side-channels.ts';
import { AEDAT4_CODECS } from './codec/codec.ts';
import { CodecError, codecProblem } from './codec/codec-error.ts';
import { decodeStructs } from './decode-structs.ts';
import { EVENT_BYTES, MAX_COORDINATE, type StructRun } from './events.ts';
import { FlatBufferError } from './flat-table.ts';
import { variantOf, type IoHeader } from './io-header.ts';
import { JaerClock } from './jaer-clock.ts';
import {
  maxPacketBytesOption,
  PacketOpener,
  type Aedat4DecoderOptions,
  type OpenPacket,
} from './packet-decoder.ts';
import { PacketStream } from './packet-stream.ts';
import { frameOf, imuOf, triggerOf } from './side-packets.ts';

/** Side channels that a type of packet feeds. */
const CHANNELS: Readonly<Record<string, readonly SideChannelName[]>> = {
  FRME: ['frame'],
  IMUS: ['imu'],
  TRIG: ['trigger', 'special'],
};

/** Base of the AEDAT 4 decoders: what reads the header calls `startPackets`. */
export abstract class Aedat4BodyDecoder extends PushDecoder {
  protected readonly options: Aedat4DecoderOptions;
  protected readonly maxPacketBytes: number;
  #opener: PacketOpener | undefined;
  #packets: PacketStream | undefined;
  #jaerClock: JaerClock | undefined;
  #run: StructRun | undefined;

  constructor(options: Aedat4DecoderOptions) {
    super('aedat4', 'AEDAT4.0', options);
    this.options = options;
    this.maxPacketBytes = maxPacketBytesOption(options);
  }

  get geometry(): SensorGeometry | null {
    return this.options.geometry ?? this.#opener?.geometry ?? null;
  }

  protected startPackets(header: IoHeader, start: number): void {
    this.account.variant = variantOf(header.compression);
    this.account.headerBytes = start;
    this.#opener = new PacketOpener(header, this.options, this.maxPacketBytes, this.account);
    if (this.#opener.isFromJaer) this.#jaerClock = new JaerClock();
    this.#packets = new PacketStream(start, {
      wants: (stream, size, at) => this.#wants(stream, size, at),
      packet: (stream, payload, at) => {
        const isTable = startsWith(payload, 'FTAB');
        if (!isTable) this.#packet(stream, payload, at);
        return !isTable;
      },
      lost: (size, at) => {
        this.damage(
          'CORRUPT_DATA',
          at,
          `A packet states ${size} bytes; what follows cannot be found and is left out.`,
        );
      },
      isEnd: (at) => at === header.dataTablePosition,
      isTable: (stream) => stream === AEDAT4_CODECS[header.compression].magic,
    });
  }

  protected pushPackets(bytes: Uint8Array): void {
    try {
      this.#packets!.push(bytes);
    } finally {
      this.#flush();
      this.#opener!.choice.note();
    }
  }

  /** Between packets. */
  protected override place(): ResumePlace | null {
    if (this.#packets === undefined || this.#packets.isOver) return null;
    const clock = this.#jaerClock === undefined ? [] : this.#jaerClock.save();
    const chosen = this.#opener!.choice.chosen;
    if (clock === null || chosen === undefined) return null;
    return { pendingBytes: this.#packets.pendingBytes, state: [chosen, ...clock] };
  }

  protected override goOn(point: ResumePoint): void {
    const count = this.#jaerClock === undefined ? 1 : 3;
    const [chosen, ...clock] = resumeState(point, this.#packets === undefined ? -1 : count);
    this.#opener!.choice.restart(chosen);
    this.#jaerClock?.restore(clock);
    this.#packets!.restart(point.byteOffset);
  }

  protected endPackets(): void {
    this.truncated(this.#packets!.pendingBytes, 'packet');
    this.#opener!.choice.finish();
  }

  #wants(stream: number, size: number, at: number): boolean {
    if (size > this.maxPacketBytes) {
      this.damage('TOO_LARGE', at, `A packet states ${size} bytes. Raise maxPacketBytes if that is right.`);
      return false;
    }
    const type = this.#opener!.declaredType(stream);
    if (type === undefined || type === '' || type === 'EVTS') return true;
    return this.#isHeard(type);
  }

  #isHeard(type: string): boolean {
    return (CHANNELS[type] ?? []).some((name) => this.listeners[name] !== undefined);
  }

  #packet(stream: number, payload: Uint8Array, at: number): void {
    if (payload.length === 0) return;
    try {
      const packet = this.#opener!.open(payload, this.#startedRun());
      if (packet.type === 'EVTS') this.#events(packet, stream);
      else if (this.#isHeard(packet.type)) this.#side(packet);
    } catch (error) {
      if (error instanceof CodecError)
        this.damage(error.code, at, `A packet is left out. ${codecProblem(error, 'maxPacketBytes')}`);
      else if (error instanceof FlatBufferError)
        this.damage('CORRUPT_DATA', at, `A packet ${error.message}; it is left out.`);
      else throw error;
    }
  }

  #events({ table, buffer }: OpenPacket, stream: number): void {
    const vector = table.vector(0, EVENT_BYTES);
    if (vector === null) return;
    const { choice } = this.#opener!;
    if (!choice.takes(stream)) {
      choice.leaveOut(stream, vector.length);
      return;
    }
    const { width, height } = this.geometry ?? { width: MAX_COORDINATE + 1, height: MAX_COORDINATE + 1 };
    const flipY = this.options.flipY === true && this.geometry !== null;
    for (let done = 0; done < vector.length;) {
      // A full run is another one afterwards.
      const run = this.#startedRun();
      const count = Math.min(run.capacity - run.length, vector.length - done);
      const from = vector.start + done * EVENT_BYTES;
      decodeStructs(buffer, from, count, { width, height, flipY }, run);
      done += count;
      if (run.length === run.capacity) this.#flush();
    }
  }

  /** Small packets share a run. */
  #startedRun(): StructRun {
    this.#run ??= Object.assign(startRun(this.maxBatchEvents), { invalid: 0 });
    return this.#run;
  }

  #flush(): void {
    const run = this.#run;
    if (run === undefined) return;
    this.#run = undefined;
    this.account.dropped['outside-sensor'] += run.outside;
    this.account.dropped.invalid += run.invalid;
    const changed = this.#jaerClock?.unwrap(run) ?? false;
    this.account.wraps = this.#jaerClock?.wraps ?? 0;
    this.deliver(endRun(run), run.length, changed ? undefined : run);
  }

  #side({ type, table, buffer }: OpenPacket): void {
    if (type === 'FRME') {
      this.deliverSide('frame', frameOf(table, buffer));
      return;
    }
    for (const entry of table.tables(0)) {
      if (type === 'IMUS') {
        this.deliverSide('imu', imuOf(entry));
        continue;
      }
      const item = triggerOf(entry);
      if ('trigger' in item) this.deliverSide('trigger', item.trigger);
      else this.deliverSide('special', item.special);
    }
  }
}
