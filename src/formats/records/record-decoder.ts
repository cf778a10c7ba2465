/** Decoder of a stream of bit-field records behind an optional header. */
import { FixedRecordReader } from '../fixed-record-reader.ts';
import { PushDecoder } from '../push-decoder.ts';
import { decodeRecords, type Clock, type RecordLayout } from './index.ts';
import { startRun, trimmed } from './run.ts';

/** What the formats of bit-field records share: whole records out of chunks, runs of events, the account. */
export abstract class RecordDecoder extends PushDecoder {
  #records: FixedRecordReader | undefined;
  #started: { layout: RecordLayout; clock: Clock } | undefined;

  /** Bytes of a record; asked for once, before the first. */
  protected abstract readonly recordBytes: number;

  /** Layout and clock for the records that begin with this one; called once, before the first. */
  protected abstract startRecords(bytes: Uint8Array, offset: number): { layout: RecordLayout; clock: Clock };

  /** A record that matches the layout's marker. */
  protected marker?(clock: Clock, bytes: Uint8Array, offset: number): void;

  /** Decodes what is complete of the records so far. */
  protected pushRecords(bytes: Uint8Array): void {
    this.#records ??= new FixedRecordReader(this.recordBytes);
    this.#records.push(bytes, (records, offset, count) => {
      this.#started ??= this.startRecords(records, offset);
      const { recordBytes } = this.#started.layout;
      for (let done = 0; done < count; done += this.maxBatchEvents) {
        const run = Math.min(this.maxBatchEvents, count - done);
        this.#decodeRun(records, offset + done * recordBytes, run, this.#started);
      }
    });
  }

  /** The stream is over. */
  protected endRecords(): void {
    this.truncated(this.#records?.pendingBytes ?? 0);
  }

  #decodeRun(
    bytes: Uint8Array,
    offset: number,
    count: number,
    { layout, clock }: { layout: RecordLayout; clock: Clock },
  ): void {
    const run = startRun(count);
    for (let done = 0; ; done++) {
      const at = (): number => offset + done * layout.recordBytes;
      done += decodeRecords(layout, bytes, at(), count - done, clock, run);
      if (done === count) break;
      this.marker?.(clock, bytes, at());
    }
    this.account.wraps = clock.wraps;
    this.account.dropped['not-a-pixel'] += run.notPixel;
    this.account.dropped['outside-sensor'] += run.outside;
    this.deliver(trimmed(run), run.length, run);
  }
}
