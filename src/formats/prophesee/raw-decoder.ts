/** What the decoders of Prophesee's RAW encodings share: the header, and whole words for their word stream. */
import type { SensorGeometry } from '../../events/index.ts';
import { EventFormatError } from '../errors.ts';
import type { DecoderOptions, Sniff } from '../event-format.ts';
import { FixedRecordReader } from '../fixed-record-reader.ts';
import { PushDecoder, type DecoderSink } from '../push-decoder.ts';
import { resumeState, type ResumePlace, type ResumePoint } from '../resume.ts';
import { TextHeaderReader } from '../text-header.ts';
import { noteShift, parsePropheseeHeader, PROPHESEE_SYNTAX, sniffPropheseeHeader } from './header.ts';
import { RAW_STATE } from './words.ts';
import type { RawWordStream } from './word-stream.ts';

/** Options of the RAW decoders. Old headers state no geometry: give it to have events checked. */
export interface RawDecoderOptions extends DecoderOptions {
  /** Default 16 MiB. */
  readonly maxHeaderBytes?: number;
}

/** Encodings, as `% format` lines name them and as the report's `variant` does. */
export type RawEncoding = 'EVT2' | 'EVT21' | 'EVT3';

/** What the first bytes tell of a RAW file of this encoding. */
export function sniffRaw(head: Uint8Array, encoding: RawEncoding): Sniff | null {
  const found = sniffPropheseeHeader(head);
  // OpenEB's index begins with the header of its recording.
  if (found?.header.encoding !== encoding || found.header.isIndex) return null;
  const { header } = found;
  return {
    confidence: 'certain',
    variant: encoding,
    ...(header.geometry && { geometry: header.geometry }),
  };
}

/** Base of the RAW decoders. */
export abstract class RawDecoder extends PushDecoder {
  readonly #encoding: RawEncoding;
  readonly #words: RawWordStream;
  readonly #header: TextHeaderReader;
  readonly #geometryOption: SensorGeometry | undefined;
  readonly #reader: FixedRecordReader;
  #inHeader = true;

  constructor(
    format: string,
    encoding: RawEncoding,
    words: (sink: DecoderSink) => RawWordStream,
    options: RawDecoderOptions,
  ) {
    super(format, encoding, options);
    this.#encoding = encoding;
    this.#words = words(this.sink());
    this.#words.geometry = options.geometry ?? null;
    this.#header = new TextHeaderReader(PROPHESEE_SYNTAX, options.maxHeaderBytes);
    this.#geometryOption = options.geometry;
    this.#reader = new FixedRecordReader(this.#words.wordBytes);
  }

  get geometry(): SensorGeometry | null {
    return this.#words.geometry;
  }

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

  protected override place(): ResumePlace | null {
    const state = this.#inHeader ? null : this.#words.save();
    return state && { pendingBytes: this.#reader.pendingBytes, state };
  }

  protected override goOn(point: ResumePoint): void {
    this.#words.restore(resumeState(point, this.#inHeader ? -1 : RAW_STATE.length));
    this.#reader.clear();
  }

  #endHeader(data: Uint8Array): void {
    this.#inHeader = false;
    this.account.headerBytes = this.#header.bytes;
    this.account.headerLines = this.#header.lines;
    const header = parsePropheseeHeader(this.#header.lines);
    if (header.encoding !== undefined && header.encoding !== this.#encoding) {
      throw new EventFormatError('BAD_HEADER', 0, `This is ${header.encoding} data, not ${this.#encoding}.`);
    }
    if (header.isIndex)
      throw new EventFormatError('BAD_HEADER', 0, "This is OpenEB's index of a recording, not a recording.");
    noteShift(this.account, header);
    this.#words.geometry = this.#geometryOption ?? header.geometry ?? null;
    this.#words.startWords?.(header);
    this.#pushWords(data);
  }

  #pushWords(bytes: Uint8Array): void {
    const { wordBytes } = this.#words;
    this.#reader.push(bytes, (records, offset, count) => {
      this.#words.decode(records.subarray(offset, offset + count * wordBytes));
    });
  }
}
