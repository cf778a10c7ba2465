/** The events of a bag's messages, whatever it is stored as. */
import type { SensorGeometry } from '../../events/index.ts';
import { zstdFrameBytes } from './zstd-message.ts';
import { EventFormatError } from '../errors.ts';
import type { DecoderOptions } from '../event-format.ts';
import type { DecoderSink } from '../push-decoder.ts';
import { impossiblePlace, type ResumePoint } from '../resume.ts';
import { eventMessage, plainType } from './definition.ts';
import { readEvents } from './event-array.ts';
import { PACKET_ENCODINGS, TRIGGER_ENCODING, type PacketDecoder } from './event-packet.ts';
import { EventRuns } from './event-runs.ts';
import { readFields, type MessageFields } from './message-fields.ts';
import { MessageError, MessageReader, type Serialisation } from './message-reader.ts';
import { TopicChoice, type Topic } from './topic-choice.ts';

/** Options of the decoders of ROS bags and MCAP files. */
export interface RosDecoderOptions extends DecoderOptions {
  /**
   * The topic to read, where several have events: each is a camera. One that is not stated is read if it is the only one;
   * topics of triggers alone do not count. Of a topic with several publishers, `/events#3` is the one of that number (of the
   * ROS 1 connection, or the MCAP channel).
   */
  readonly topic?: string;
  /** Most bytes of a chunk or message, decompressed. Default 64 MiB. */
  readonly maxChunkBytes?: number;
}

const ENCODINGS: readonly string[] = Object.keys(PACKET_ENCODINGS);

/** Reads the messages of the chosen topic; says what other topics there are. */
export class RosEvents {
  readonly #sink: DecoderSink;
  readonly #serialisation: Serialisation;
  readonly #choice: TopicChoice;
  readonly #runs: EventRuns;
  readonly #geometryOption: SensorGeometry | null;
  readonly #maxBytes: number;
  readonly #decoders = new Map<string, PacketDecoder>();
  #geometry: SensorGeometry | null;
  #nextSeq: bigint | undefined;
  #missing = 0n;
  /** Whether a message of the chosen topic was read. */
  #hasRead = false;
  /** Types of events that topics to come may have. */
  #types = 0;
  /** Types and topics of events that were known where a place was first given. */
  #knownFirst: number | undefined;
  #isResumed = false;

  constructor(
    sink: DecoderSink,
    serialisation: Serialisation,
    { topic, geometry }: RosDecoderOptions,
    maxBytes: number,
  ) {
    this.#sink = sink;
    this.#serialisation = serialisation;
    this.#choice = new TopicChoice(sink.account, topic);
    this.#runs = new EventRuns(sink);
    this.#geometryOption = geometry ?? null;
    this.#geometry = this.#geometryOption;
    this.#maxBytes = maxBytes;
    this.#runs.geometry = this.#geometryOption;
  }

  /** The sensor's size, once a message states it. */
  get geometry(): SensorGeometry | null {
    return this.#geometry;
  }

  /**
   * A topic, before its messages; the same one may come again.
   *
   * @param serialisation of its messages. Default: that of all.
   */
  declare(
    id: number,
    name: string,
    type: string,
    definition: string | null,
    serialisation: Serialisation = this.#serialisation,
  ): void {
    const message = eventMessage(type, definition);
    this.#choice.declare(id, { name, type: plainType(type), message, serialisation, messages: 0 });
  }

  /** A type of messages, where topics are declared by the names of types. To be told once a type. */
  declareType(type: string, definition: string | null): void {
    if (eventMessage(type, definition) !== null) this.#types++;
  }

  /**
   * What must be known to go on behind the messages so far. `null` before the first message of events, and behind a
   * topic of events that is declared later: whoever goes on was given the recording's beginning only.
   */
  save(): readonly number[] | null {
    if (!this.#hasRead || this.#known !== (this.#knownFirst ??= this.#known)) return null;
    const nextSeq = Number(this.#nextSeq ?? -1n);
    const withState = [...this.#decoders].filter(([, decoder]) => decoder.save !== undefined);
    if (withState.length > 1 || !Number.isSafeInteger(nextSeq)) return null;
    const [encoding, decoder] = withState[0] ?? [];
    const words = decoder === undefined ? [] : decoder.save!();
    const number = encoding === undefined ? -1 : ENCODINGS.indexOf(encoding);
    return words && [this.#choice.publisher!, nextSeq, number, ...words];
  }

  /** Knows what was saved, of a recording whose beginning was read. @throws EventFormatError */
  restore(state: readonly number[], point: ResumePoint): void {
    const [publisher, nextSeq, number, ...words] = state;
    this.#decoders.clear();
    const encoding = number === -1 ? undefined : ENCODINGS[number!];
    const decoder = encoding === undefined ? undefined : this.#decoder(encoding);
    const expected = decoder?.savedNumbers ?? 0;
    const isKnown = this.#choice.topic(publisher!) !== undefined;
    if (!this.#hasRead || !isKnown || (encoding === undefined && number !== -1) || words.length !== expected)
      throw impossiblePlace(point.byteOffset);
    this.#choice.goOn(publisher!);
    decoder?.restore?.(words);
    this.#nextSeq = nextSeq === -1 ? undefined : BigInt(nextSeq!);
    this.#missing = 0n;
    this.#knownFirst ??= this.#known;
    this.#isResumed = true;
  }

  /** Which topic is read, and its sensor's size: for those that go on without reading a recording's beginning again. */
  saveChoice(): readonly number[] {
    return [this.#choice.publisher ?? -1, this.#geometry?.width ?? 0, this.#geometry?.height ?? 0];
  }

  /** Knows what was saved, once all topics were declared. To be called before {@link RosEvents.restore}. @throws EventFormatError */
  restoreChoice([id, width, height]: readonly number[], { byteOffset }: ResumePoint): void {
    const { message } = this.#choice.topic(id!) ?? {};
    if (message === undefined || message === null || message === 'unknown') throw impossiblePlace(byteOffset); // prettier-ignore
    this.#choice.take(id!, byteOffset);
    if (width! > 0 && height! > 0) this.#geometry ??= { width: width!, height: height! };
    this.#runs.geometry = this.#geometry;
    this.#hasRead = true;
  }

  get #known(): number {
    return this.#types + this.#choice.declared;
  }

  /** Whether messages of a topic need not be looked at; they are counted all the same. */
  passesOver(id: number): boolean {
    return this.#choice.passesOver(id);
  }

  /** Counts a message that is passed over. */
  leaveOut(id: number): void {
    this.#choice.leaveOut(id);
  }

  /**
   * Reads a message.
   *
   * @param at where it lies in the stream.
   * @throws EventFormatError `AMBIGUOUS_TOPIC`, `UNSUPPORTED_FORMAT`, or what damage throws.
   */
  message(id: number, bytes: Uint8Array, at: number): void {
    if (this.passesOver(id)) {
      this.leaveOut(id);
      return;
    }
    const topic = this.#choice.topic(id);
    if (topic === undefined) {
      // Declared where nothing was read; no topic of events, or there was no place to go on from.
      if (this.#isResumed) return;
      this.#sink.damage(
        'CORRUPT_DATA',
        at,
        `A message is of the topic number ${id}, which nothing declares; it is left out.`,
      );
      return;
    }
    try {
      this.#read(topic, this.#plain(topic, bytes), at);
    } catch (error) {
      if (!(error instanceof MessageError)) throw error;
      const problem = `A message of ${topic.name} ${error.message}; the rest of it is left out.`;
      this.#sink.damage(error.code, at, problem);
    }
  }

  /** A call of the decoder is over. */
  flush(): void {
    this.#runs.flush();
    this.#choice.note();
  }

  /** No more messages come. @throws OptionError for a topic that is not there. */
  finish(): void {
    this.flush();
    this.#choice.finish();
  }

  /** What rosbag2 compressed a message by itself begins as no CDR does. */
  #plain({ serialisation }: Topic, bytes: Uint8Array): Uint8Array {
    return serialisation === 'cdr' ? zstdFrameBytes(bytes, this.#maxBytes) : bytes;
  }

  #read(topic: Topic, bytes: Uint8Array, at: number): void {
    const { message } = topic;
    if (message === 'unknown' || message === null) {
      throw new EventFormatError(
        'UNSUPPORTED_FORMAT',
        at,
        `The topic ${topic.name} has messages of the type ${topic.type} with other fields than saccade knows.`,
      );
    }
    const reader = new MessageReader(bytes, topic.serialisation);
    const fields = readFields(reader, message.fields, message.kind === 'array');
    if (message.kind === 'packet' && fields.encoding === TRIGGER_ENCODING) {
      this.#choice.leaveOut(topic.id);
      this.#packet(topic, fields, at);
      return;
    }
    this.#takePublisher(topic, at);
    // Those that are left out here were recorded all the same.
    if (message.kind === 'packet') this.#countMissing(fields.seq);
    if (!this.#settleGeometry(topic, fields, at)) return;
    this.#hasRead = true;
    if (message.kind === 'array') readEvents(reader, fields.structs, this.#runs);
    else this.#packet(topic, fields, at);
  }

  /** What another publisher's packets have set, and counted, is nothing to this one. */
  #takePublisher({ id }: Topic, at: number): void {
    const before = this.#choice.publisher;
    this.#choice.take(id, at);
    if (before === undefined || before === id) return;
    this.#runs.flush();
    const hadClock = [...this.#decoders.values()].some((decoder) => decoder.save !== undefined);
    this.#decoders.clear();
    this.#nextSeq = undefined;
    if (hadClock) this.#sink.startSegment();
  }

  /** False for a message of another sensor's size than the first one's. */
  #settleGeometry(topic: Topic, { width, height }: MessageFields, at: number): boolean {
    if (this.#geometryOption !== null || width === 0 || height === 0) return true;
    if (this.#geometry === null) {
      if (width > 65_536 || height > 65_536) throw new MessageError(`states a sensor of ${width}x${height}`);
      this.#geometry = { width, height };
      this.#runs.geometry = this.#geometry;
      return true;
    }
    if (this.#geometry.width === width && this.#geometry.height === height) return true;
    const { width: columns, height: rows } = this.#geometry;
    this.#sink.damage(
      'CORRUPT_DATA',
      at,
      `A message of ${topic.name} states a sensor of ${width}x${height}, those before ${columns}x${rows}; it is left out.`,
    );
    return false;
  }

  #packet(topic: Topic, { encoding, words, timeBase, isBigEndian }: MessageFields, at: number): void {
    if (!ENCODINGS.includes(encoding) || isBigEndian) {
      const order = isBigEndian ? 'big-endian ' : '';
      const known = ENCODINGS.join(', ');
      const problem = `A packet of ${topic.name} has the ${order}encoding "${encoding.slice(0, 40)}"; what is read is ${known}, little-endian. It is left out.`;
      this.#sink.damage('UNSUPPORTED_FORMAT', at, problem);
      return;
    }
    const decoder = this.#decoder(encoding);
    decoder.geometry = this.#geometry;
    const odd = words.length % decoder.wordBytes;
    this.#runsBefore(encoding);
    decoder.decode(words.subarray(0, words.length - odd), timeBase);
    if (odd > 0) throw new MessageError(`has ${words.length} bytes of ${encoding}, which are no whole words`);
  }

  /** @param encoding that is known. */
  #decoder(encoding: string): PacketDecoder {
    const decoder = this.#decoders.get(encoding) ?? PACKET_ENCODINGS[encoding]!(this.#sink, this.#runs);
    this.#decoders.set(encoding, decoder);
    return decoder;
  }

  /** Events of runs come before those that a word stream delivers by itself. */
  #runsBefore(encoding: string): void {
    if (encoding.startsWith('evt')) this.#runs.flush();
  }

  #countMissing(seq: bigint): void {
    const expected = this.#nextSeq;
    this.#nextSeq = seq + 1n;
    // A driver that was started again counts from 0.
    if (expected === undefined || seq <= expected) return;
    this.#missing += seq - expected;
    this.#sink.account.note({
      code: 'MISSING_PACKETS',
      message: `${this.#missing.toLocaleString('en')} ${this.#missing === 1n ? 'packet is' : 'packets are'} missing by their numbers: whoever recorded lost them.`,
    });
  }
}
