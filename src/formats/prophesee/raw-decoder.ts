/** What the decoders of Prophesee's RAW encodings share: the header, whole words, runs of events. */
import { sliceBatch, batchOf, type SensorGeometry } from '../../events/index.ts';
import { EventFormatError } from '../errors.ts';
import type { DecoderOptions, Sniff } from '../event-format.ts';
import { FixedRecordReader } from '../fixed-record-reader.ts';
import { PushDecoder } from '../push-decoder.ts';
import { startRun, trimmed, type RecordRun } from '../records/run.ts';
import { TextHeaderReader } from '../text-header.ts';
import {
  parsePropheseeHeader,
  PROPHESEE_SYNTAX,
  sniffPropheseeHeader,
  type PropheseeHeader,
} from './header.ts';

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

/** Coordinates have 11 bits. */
export const RAW_COORDINATES = 2048;

/** Base of the RAW decoders: an encoding only turns words into a run. */
export abstract class RawDecoder extends PushDecoder {
  readonly #encoding: RawEncoding;
  readonly #header: TextHeaderReader;
  readonly #geometryOption: SensorGeometry | undefined;
  readonly #words: FixedRecordReader;
  readonly #wordBytes: number;
  readonly #eventsPerWord: number;
  #geometry: SensorGeometry | null;
  #inHeader = true;
  /** Events at or beyond these are outside the sensor. */
  protected width: number = RAW_COORDINATES;
  protected height: number = RAW_COORDINATES;

  constructor(
    format: string,
    encoding: RawEncoding,
    shape: { readonly wordBytes: number; readonly eventsPerWord: number },
    options: RawDecoderOptions,
  ) {
    super(format, encoding, options);
    this.#encoding = encoding;
    this.#header = new TextHeaderReader(PROPHESEE_SYNTAX, options.maxHeaderBytes);
    this.#geometryOption = options.geometry;
    this.#geometry = options.geometry ?? null;
    this.#wordBytes = shape.wordBytes;
    this.#eventsPerWord = shape.eventsPerWord;
    this.#words = new FixedRecordReader(shape.wordBytes);
  }

  get geometry(): SensorGeometry | null {
    return this.#geometry;
  }

  /**
   * Decodes words `[from, to)` of the view into the run while it has room for another word.
   *
   * @returns the first word that was not decoded.
   */
  protected abstract decodeWords(words: DataView, from: number, to: number, run: RecordRun): number;

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
    this.truncated(this.#words.pendingBytes, 'word');
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
    if (this.#geometry !== null) ({ width: this.width, height: this.height } = this.#geometry);
    this.startWords?.(header);
    this.#pushWords(data);
  }

  #pushWords(bytes: Uint8Array): void {
    this.#words.push(bytes, (words, offset, count) => {
      const view = new DataView(words.buffer, words.byteOffset + offset, count * this.#wordBytes);
      for (let at = 0; at < count;) {
        const wanted = Math.min(this.maxBatchEvents, (count - at) * this.#eventsPerWord);
        const run = startRun(Math.max(wanted, this.#eventsPerWord));
        at = this.decodeWords(view, at, count, run);
        this.account.dropped['not-a-pixel'] += run.notPixel;
        this.account.dropped['outside-sensor'] += run.outside;
        this.#deliverRun(run);
      }
    });
  }

  #deliverRun(run: RecordRun): void {
    if (run.length <= this.maxBatchEvents) {
      this.deliver(trimmed(run), run.length, run);
      return;
    }
    // A single word of many events, and batches smaller than that.
    const whole = batchOf(run.arrays, run.length, null);
    for (let at = 0; at < run.length; at += this.maxBatchEvents) {
      const part = sliceBatch(whole, at, Math.min(run.length, at + this.maxBatchEvents));
      this.deliver(part, part.length);
    }
  }
}
