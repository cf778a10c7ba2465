/** Records into batches of bounded size, with their account. */
import type { DecoderSink } from '../push-decoder.ts';
import { decodeRecords, type Clock, type RecordLayout } from './index.ts';
import { endRun, startRun } from './run.ts';

/** A stream of records: its layout, its clock, and who looks at what is no event. */
export interface RecordStream {
  readonly layout: RecordLayout;
  readonly clock: Clock;
  /** Takes a record that matches the layout's marker. */
  readonly marker?: (clock: Clock, bytes: Uint8Array, offset: number) => void;
  /**
   * Looks at records before they are decoded; the clock is that in front of the first and must not be moved. Returns
   * how many of those that are no pixel events somebody listens to.
   */
  readonly besides?:
    | ((layout: RecordLayout, clock: Clock, bytes: Uint8Array, offset: number, count: number) => number)
    | undefined;
}

/** Decodes `count` records from `offset` on and delivers their events. */
export function decodeRuns(
  sink: DecoderSink,
  stream: RecordStream,
  bytes: Uint8Array,
  offset: number,
  count: number,
): void {
  const { layout, clock } = stream;
  for (let first = 0; first < count; first += sink.maxBatchEvents) {
    const size = Math.min(sink.maxBatchEvents, count - first);
    const start = offset + first * layout.recordBytes;
    const heard = stream.besides?.(layout, clock, bytes, start, size) ?? 0;
    const run = startRun(size);
    for (let done = 0; ; done++) {
      const at = (): number => start + done * layout.recordBytes;
      done += decodeRecords(layout, bytes, at(), size - done, clock, run);
      if (done === size) break;
      stream.marker?.(clock, bytes, at());
    }
    sink.account.wraps = clock.wraps;
    sink.account.dropped['not-a-pixel'] += run.notPixel - heard;
    sink.account.dropped['outside-sensor'] += run.outside;
    sink.deliver(endRun(run), run.length, run);
  }
}
