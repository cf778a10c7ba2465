/** The encodings of `event_camera_msgs/EventPacket`, by name. */
import type { SensorGeometry } from '../../events/index.ts';
import { Evt2WordStream } from '../evt2/word-stream.ts';
import { Evt21WordStream } from '../evt21/word-stream.ts';
import { Evt3WordStream } from '../evt3/word-stream.ts';
import { RAW_STATE } from '../prophesee/words.ts';
import type { RawWordStream } from '../prophesee/word-stream.ts';
import type { DecoderSink } from '../push-decoder.ts';
import type { EventRuns } from './event-runs.ts';
import { LibcaerWords, TriggerWords, MonoWords } from './long-words.ts';
import { LibcaerCompressedWords } from './libcaer-compressed.ts';

/** Decodes the packets of one camera: what a packet sets holds for the next. */
export interface PacketDecoder {
  /** Bytes of a word; packets are whole words. */
  readonly wordBytes: number;
  geometry: SensorGeometry | null;
  /**
   * @param words whole ones.
   * @param timeBase of the packet; what it counts depends on the encoding.
   * @throws MessageError
   */
  decode(words: Uint8Array, timeBase: bigint): void;
  /** What packets so far have set, if that holds for the next; `null` where it cannot be said yet. */
  save?(): readonly number[] | null;
  /** How many numbers that is. Missing: none. */
  readonly savedNumbers?: number;
  /** Knows what was saved. */
  restore?(saved: readonly number[]): void;
}

/** EVT words have all of the time in them. */
class WordPackets implements PacketDecoder {
  readonly savedNumbers = RAW_STATE.length;
  readonly #words: RawWordStream;

  constructor(words: RawWordStream) {
    this.#words = words;
  }

  get wordBytes(): number {
    return this.#words.wordBytes;
  }

  get geometry(): SensorGeometry | null {
    return this.#words.geometry;
  }

  set geometry(geometry: SensorGeometry | null) {
    this.#words.geometry = geometry;
  }

  decode(words: Uint8Array): void {
    this.#words.decode(words);
  }

  save(): readonly number[] | null {
    return this.#words.save();
  }

  restore(saved: readonly number[]): void {
    this.#words.restore(saved);
  }
}

/** Makes a decoder. */
export type PacketDecoderFactory = (sink: DecoderSink, runs: EventRuns) => PacketDecoder;

/**
 * What packets are encoded as, and what decodes them. Sources: the README of event_camera_msgs and the decoders of
 * event_camera_codecs.
 */
export const PACKET_ENCODINGS: Readonly<Record<string, PacketDecoderFactory>> = {
  evt3: (sink) => new WordPackets(new Evt3WordStream(sink)),
  evt21: (sink) => new WordPackets(new Evt21WordStream(sink)),
  evt2: (sink) => new WordPackets(new Evt2WordStream(sink)),
  mono: (_, runs) => new MonoWords(runs),
  libcaer: (sink, runs) => new LibcaerWords(sink, runs),
  libcaer_cmp: (sink, runs) => new LibcaerCompressedWords(sink, runs),
  trigger: (sink) => new TriggerWords(sink),
};

/** Encodings without pixel events. */
export const TRIGGER_ENCODING = 'trigger';
