import { Observable, type OperatorFunction } from 'rxjs';
import type { EventBatch } from '../src/events/index.ts';
import {
  createDecoder,
  EventFormatError,
  type BuiltInFormats,
  type CreateDecoderOptions,
  type DecodeReport,
  type EventDecoder,
  type EventFormat,
} from '../src/formats/index.ts';

/** Who wants to know how a decode went. */
export interface DecodeReportListener {
  /** Called once at the end, also before an error: what was read and what was lost. */
  readonly onReport?: (report: DecodeReport) => void;
}

/** Options of {@link decodeEvents}: those of `createDecoder`, and who wants its report. */
export type DecodeEventsOptions<Formats extends readonly EventFormat[] = BuiltInFormats> =
  CreateDecoderOptions<Formats> & DecodeReportListener;

/** The decoder itself, for network forms and decoders of one's own. */
export interface DecodeWithOptions extends DecodeReportListener {
  /** Called for every subscription. Each item of the source is one `push`: for UDP forms, one datagram. */
  readonly decoder: () => EventDecoder;
}

/**
 * Decodes the bytes of a recording, in chunks of any size, into batches of events. Without `format` the
 * first bytes decide. What is no recording (a network form, a format without bytes to tell it by) is decoded by the
 * `decoder` that is handed in.
 *
 * A fault in the bytes is an EventFormatError; events before it have been delivered. Damage that can be survived
 * is no error unless `policy` is `strict`: the report says what was lost. Who is done with a batch may give it back
 * with `recycleBatch`.
 *
 * @example
 * ```ts
 * import { from, lastValueFrom } from 'rxjs';
 * import { decodeEvents } from 'saccade/operators';
 * const bytes = new Uint8Array([3, 4, 0x80, 0, 9]); // ATIS 40-bit: x 3, y 4, ON, 9 µs
 * const batch = await lastValueFrom(from([bytes.subarray(0, 2), bytes.subarray(2)]).pipe(decodeEvents({ format: 'atis40' })));
 * console.log(batch.x[0], batch.y[0], batch.p[0], batch.t[0]); // 3 4 1 9
 * ```
 */
export function decodeEvents(options: DecodeWithOptions): OperatorFunction<Uint8Array, EventBatch>;
export function decodeEvents<const Formats extends readonly EventFormat[] = BuiltInFormats>(
  options?: DecodeEventsOptions<Formats>,
): OperatorFunction<Uint8Array, EventBatch>;
export function decodeEvents({
  onReport,
  ...options
}: DecodeWithOptions | DecodeEventsOptions = {}): OperatorFunction<Uint8Array, EventBatch> {
  return (chunks) =>
    new Observable((subscriber) => {
      const decoder = 'decoder' in options ? options.decoder() : createDecoder(options);
      const run = (decode: () => EventBatch[]): boolean => {
        try {
          for (const batch of decode()) subscriber.next(batch);
          return true;
        } catch (error) {
          if (error instanceof EventFormatError) for (const batch of error.events) subscriber.next(batch);
          onReport?.(decoder.report);
          subscriber.error(error);
          return false;
        }
      };
      return chunks.subscribe({
        next(bytes) {
          run(() => decoder.push(bytes));
        },
        error(error) {
          onReport?.(decoder.report);
          subscriber.error(error);
        },
        complete() {
          if (!run(() => decoder.finish())) return;
          onReport?.(decoder.report);
          subscriber.complete();
        },
      });
    });
}
