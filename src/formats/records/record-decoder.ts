/** Decoder of a stream of bit-field records behind an optional header. */
import { FixedRecordReader } from '../fixed-record-reader.ts';
import { PushDecoder, type DecoderSink } from '../push-decoder.ts';
import { resumeState, type ResumePlace, type ResumePoint } from '../resume.ts';
import { decodeRuns, type RecordStream } from './decode-runs.ts';

/** What the formats of bit-field records share: whole records out of chunks, runs of events, the account. */
export abstract class RecordDecoder extends PushDecoder {
  #records: FixedRecordReader | undefined;
  #started: { sink: DecoderSink; stream: RecordStream } | undefined;

  /** Bytes of a record; asked for once, before the first. */
  protected abstract readonly recordBytes: number;

  /** Layout and clock for the records that begin with this one; called once, before the first. */
  protected abstract startRecords(bytes: Uint8Array, offset: number): RecordStream;

  /** Decodes what is complete of the records so far. */
  protected pushRecords(bytes: Uint8Array): void {
    this.#records ??= new FixedRecordReader(this.recordBytes);
    this.#records.push(bytes, (records, offset, count) => {
      this.#started ??= { sink: this.sink(), stream: this.startRecords(records, offset) };
      decodeRuns(this.#started.sink, this.#started.stream, records, offset, count);
    });
  }

  /** From the first record on. */
  protected override place(): ResumePlace | null {
    if (this.#started === undefined) return null;
    const { offset, last, wraps } = this.#started.stream.clock;
    return { pendingBytes: this.#records!.pendingBytes, state: [offset, last, wraps] };
  }

  protected override goOn(point: ResumePoint): void {
    const [offset, last, wraps] = resumeState(point, this.#started === undefined ? -1 : 3);
    Object.assign(this.#started!.stream.clock, { offset, last, wraps });
    this.#records!.clear();
  }

  /** The stream is over. */
  protected endRecords(): void {
    this.truncated(this.#records?.pendingBytes ?? 0);
  }
}
