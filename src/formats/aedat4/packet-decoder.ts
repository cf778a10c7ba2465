/** What a packet is, told by its stream and its content. */
import { integerOption, type SensorGeometry } from '../../events/index.ts';
import type { DecoderOptions } from '../event-format.ts';
import type { RecordRun } from '../records/run.ts';
import type { ReportBuilder } from '../report-builder.ts';
import { StreamChoice } from '../stream-choice.ts';
import { AEDAT4_CODECS, type Aedat4Codec } from './codec/codec.ts';
import { FlatTable, sizePrefixed } from './flat-table.ts';
import type { IoHeader } from './io-header.ts';
import type { Aedat4Stream } from './streams.ts';

/** Options of the AEDAT 4 decoders. */
export interface Aedat4DecoderOptions extends DecoderOptions {
  /**
   * Number of the stream of events to decode. Default: the first that the header declares, or that comes; the report
   * notes the others.
   */
  readonly stream?: number;
  /** Turns rows upside down, as jAER writes them from below. Needs the sensor's size. Default false. */
  readonly flipY?: boolean;
  /** Largest packet, compressed or not. Default 64 MiB. */
  readonly maxPacketBytes?: number;
}

const DEFAULT_MAX_PACKET_BYTES = 64 * 2 ** 20;

/** The limit that the options state. @throws OptionError. */
export function maxPacketBytesOption({ maxPacketBytes }: Aedat4DecoderOptions): number {
  return integerOption('maxPacketBytes', maxPacketBytes ?? DEFAULT_MAX_PACKET_BYTES, 64, 2 ** 31 - 1);
}

/** An opened packet. */
export interface OpenPacket {
  readonly type: string;
  readonly table: FlatTable;
  /** The FlatBuffer, which positions in the table count from. */
  readonly buffer: Uint8Array;
}

/** Opens packets and knows the streams. */
export class PacketOpener {
  readonly #codec: Aedat4Codec;
  readonly #maxBytes: number;
  readonly #streams: ReadonlyMap<number, Aedat4Stream>;
  /** Which stream of events is decoded. */
  readonly choice: StreamChoice;

  /** @throws OptionError where the option `stream` names one that is no stream of events. */
  constructor(
    { compression, streams }: IoHeader,
    { stream }: Aedat4DecoderOptions,
    maxBytes: number,
    account: ReportBuilder,
  ) {
    this.#codec = AEDAT4_CODECS[compression];
    this.#maxBytes = maxBytes;
    this.#streams = new Map(streams.map((declared) => [declared.id, declared]));
    const eventStreams = streams.filter(({ type }) => type === 'EVTS');
    const declared = eventStreams.map(({ id, source }) => ({ id, name: source }));
    const stated =
      stream === undefined ? undefined : integerOption('stream', stream, -(2 ** 31), 2 ** 31 - 1);
    this.choice = new StreamChoice(account, declared, stated, declared[0]?.id);
    if (stated === undefined) return;
    const type = this.declaredType(stated);
    const isOfEvents = type === 'EVTS' || type === '' || (type === undefined && declared.length === 0);
    if (!isOfEvents) this.choice.refuse();
  }

  /** The sensor's size of the stream of events. */
  get geometry(): SensorGeometry | null {
    return this.#eventStream?.geometry ?? null;
  }

  /** Whether jAER wrote the stream of events. */
  get isFromJaer(): boolean {
    return /jaer/i.test(this.#eventStream?.module ?? '');
  }

  get #eventStream(): Aedat4Stream | undefined {
    return this.choice.chosen === undefined ? undefined : this.#streams.get(this.choice.chosen);
  }

  /** Type that the header declares for a stream; `undefined` for one that it does not know. */
  declaredType(stream: number): string | undefined {
    return this.#streams.get(stream)?.type;
  }

  /**
   * @param run what its events go to: it may hold the packet until the next one.
   * @throws CodecError and FlatBufferError for damage.
   */
  open(payload: Uint8Array, run: RecordRun): OpenPacket {
    const { buffer, id } = sizePrefixed(this.#codec.decompress(payload, this.#maxBytes, run));
    return { type: id, table: FlatTable.root(buffer), buffer };
  }
}
