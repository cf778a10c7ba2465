/** What the decoders of Prophesee's RAW encodings share: the header, whole words, runs of events. */
import { sliceBatch, batchOf, type SensorGeometry } from '../../events/index.ts';
import { EventFormatError } from '../errors.ts';
import type { DecoderOptions, Sniff } from '../event-format.ts';
import { FixedRecordReader } from '../fixed-record-reader.ts';
import { PushDecoder } from '../push-decoder.ts';
import type { Trigger } from '../side-channels.ts';
import { TextHeaderReader } from '../text-header.ts';
import {
  parsePropheseeHeader,
  PROPHESEE_SYNTAX,
  sniffPropheseeHeader,
  type PropheseeHeader,
} from './header.ts';
import { endRun } from '../records/run.ts';
import { RAW_COORDINATES } from './encode-words.ts';
import type { RawKernel } from './kernel.ts';
import type { KernelClass } from '../records/run-space.ts';
import { startRaw, startRawRun, WORD_TYPES, type DecodeRaw, type RawRun, type RawState } from './words.ts';

/** Options of the RAW decoders. Old headers state no geometry: give it to have events checked. */
export interface RawDecoderOptions extends DecoderOptions {
  /** Default 16 MiB. */
  readonly maxHeaderBytes?: number;
}

/** Encodings, as `% format` lines name them and as the report's `variant` does. */
export type RawEncoding = 'EVT2' | 'EVT21' | 'EVT3';

/** What the first bytes tell of a RAW file of this encoding. */
export function sniffRaw(head: Uint8Array, encoding: RawEncoding): Sniff | null {
  const header = sniffPropheseeHeader(head)?.header;
  if (header?.encoding !== encoding) return null;
  return {
    confidence: 'certain',
    variant: encoding,
    ...(header.geometry && { geometry: header.geometry }),
  };
}

/** How an encoding's words are decoded. */
export interface RawWords {
  readonly wordBytes: number;
  /** Events of the densest step. */
  readonly stepEvents: number;
  readonly scalar: DecodeRaw;
  readonly kernel: KernelClass<RawKernel>;
  readonly triggerType: number;
  /** Types that the format names beside events, time and triggers. */
  readonly namedTypes: readonly number[];
}

/** Base of the RAW decoders. */
export abstract class RawDecoder extends PushDecoder {
  readonly #encoding: RawEncoding;
  readonly #words: RawWords;
  readonly #header: TextHeaderReader;
  readonly #geometryOption: SensorGeometry | undefined;
  readonly #reader: FixedRecordReader;
  readonly #stopTypes: number;
  readonly #types = new Uint32Array(WORD_TYPES);
  #geometry: SensorGeometry | null;
  #inHeader = true;
  protected readonly state: RawState = startRaw();
  /** Whether the first half of EVT2.1 words is the EVT2 word. */
  protected swapped = false;

  constructor(format: string, encoding: RawEncoding, words: RawWords, options: RawDecoderOptions) {
    super(format, encoding, options);
    this.#encoding = encoding;
    this.#words = words;
    this.#header = new TextHeaderReader(PROPHESEE_SYNTAX, options.maxHeaderBytes);
    this.#geometryOption = options.geometry;
    this.#geometry = options.geometry ?? null;
    this.#reader = new FixedRecordReader(words.wordBytes);
    this.#stopTypes = this.listeners.trigger === undefined ? 0 : 1 << words.triggerType;
  }

  get geometry(): SensorGeometry | null {
    return this.#geometry;
  }

  /**
   * Words `[from, to)` before the first TIME_HIGH: counts their events as dropped.
   *
   * @returns the first TIME_HIGH, or `to`.
   */
  protected abstract findTime(words: DataView, from: number, to: number): number;

  /** What a trigger word says. */
  protected abstract triggerOf(words: DataView, index: number): Trigger;

  /** The header is read; its lines may bear on the words. */
  protected startWords?(header: PropheseeHeader): void;

  protected decode(bytes: Uint8Array): void {
    if (!this.#inHeader) {
      this.#pushWords(bytes);
      return;
    }
    const data = this.#header.push(bytes);
    this.account.headerBytes = this.#header.bytes;
    if (data !== null) this.#endHeader(data);
  }

  protected end(): void {
    if (this.#inHeader) this.#endHeader(this.#header.finish());
    this.truncated(this.#header.incompleteBytes, 'header line');
    this.truncated(this.#reader.pendingBytes, 'word');
  }

  #endHeader(data: Uint8Array): void {
    this.#inHeader = false;
    this.account.headerBytes = this.#header.bytes;
    this.account.headerLines = this.#header.lines;
    const header = parsePropheseeHeader(this.#header.lines);
    if (header.encoding !== undefined && header.encoding !== this.#encoding) {
      throw new EventFormatError('BAD_HEADER', 0, `This is ${header.encoding} data, not ${this.#encoding}.`);
    }
    this.#geometry = this.#geometryOption ?? header.geometry ?? null;
    this.startWords?.(header);
    this.#pushWords(data);
  }

  #pushWords(bytes: Uint8Array): void {
    const { wordBytes } = this.#words;
    this.#reader.push(bytes, (records, offset, count) => {
      this.#decodeWords(records.subarray(offset, offset + count * wordBytes), count);
    });
  }

  #decodeWords(bytes: Uint8Array, count: number): void {
    const { scalar, kernel, stepEvents } = this.#words;
    const capacity = Math.max(this.maxBatchEvents, stepEvents);
    let at = this.state.high < 0 ? this.findTime(viewOf(bytes), 0, count) : 0;
    const { width, height } = this.#geometry ?? { width: RAW_COORDINATES, height: RAW_COORDINATES };
    const setting = { width, height, swapped: this.swapped, stopTypes: this.#stopTypes };
    while (at < count) {
      const run = startRawRun(capacity, this.#types);
      const fast = run.space.kernel(kernel);
      const next =
        fast === null
          ? scalar(this.state, setting, bytes, at, count, run)
          : fast.decode(this.state, setting, bytes, at, count, run);
      this.#take(run);
      // Nothing consumed: a trigger stands first.
      if (next === at) this.deliverSide('trigger', this.triggerOf(viewOf(bytes), at++));
      else at = next;
    }
  }

  #take(run: RawRun): void {
    const { dropped } = this.account;
    this.account.wraps = this.state.loops;
    dropped['outside-sensor'] += run.outside;
    dropped['not-a-pixel'] += run.notPixel;
    const { triggerType, namedTypes } = this.#words;
    for (let type = 0; type < WORD_TYPES; type++) {
      const count = run.types[type]!;
      if (count === 0) continue;
      const named = type === triggerType || namedTypes.includes(type);
      dropped[named ? 'not-a-pixel' : 'unknown-type'] += count;
      run.types[type] = 0;
    }
    const arrays = endRun(run);
    if (run.length <= this.maxBatchEvents) {
      this.deliver(arrays, run.length, run);
      return;
    }
    // A single word of many events, and batches smaller than that.
    const whole = batchOf(arrays, run.length, null);
    for (let at = 0; at < run.length; at += this.maxBatchEvents) {
      const part = sliceBatch(whole, at, Math.min(run.length, at + this.maxBatchEvents));
      this.deliver(part, part.length);
    }
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
