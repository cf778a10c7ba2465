import { Observable, type OperatorFunction } from 'rxjs';
import type { EventBatch } from '../src/events/index.ts';
import { createEncoder, type BytePatch, type FormatEncoderOptions } from '../src/formats/index.ts';

/** Options of {@link encodeEvents}: those of the format's encoder, and who applies its patches. */
export type EncodeEventsOptions = FormatEncoderOptions & {
  /**
   * Called once before the stream completes, if the format has bytes that belong at an earlier place (a table's
   * position in the header, say): whoever writes to a file overwrites them there. Where the output cannot be
   * overwritten, leave them: it is still a recording.
   */
  readonly onPatches?: (patches: readonly BytePatch[]) => void;
};

/**
 * Encodes batches of events as the bytes of a recording: the header with the first event, a chunk for each batch,
 * what is left when the stream completes. Sensor size: `geometry`, or that of the first batch.
 *
 * An event that the format cannot hold is an EventFormatError `UNENCODABLE_EVENT` of the stream.
 *
 * @param format identifier of a format that saccade writes.
 * @throws OptionError for another one, at once.
 *
 * @example
 * ```ts
 * import { from, lastValueFrom, toArray } from 'rxjs';
 * import { decodeEvents, encodeEvents } from 'saccade/operators';
 * const atis = new Uint8Array([3, 4, 0x80, 0, 9]); // ATIS 40-bit: x 3, y 4, ON, 9 µs
 * const dat = await lastValueFrom(
 *   from([atis]).pipe(decodeEvents({ format: 'atis40' }), encodeEvents('dat', { datVersion: 1 }), toArray()),
 * );
 * console.log(dat.map((chunk) => Array.from(chunk))); // [[9, 0, 0, 0, 3, 8, 2, 0]]
 * ```
 */
export function encodeEvents(
  format: string,
  { onPatches, ...options }: EncodeEventsOptions = {},
): OperatorFunction<EventBatch, Uint8Array> {
  createEncoder(format, options);
  return (batches) =>
    new Observable((subscriber) => {
      const encoder = createEncoder(format, options);
      const emit = (encode: () => Uint8Array): boolean => {
        try {
          const bytes = encode();
          if (bytes.length > 0) subscriber.next(bytes);
          return true;
        } catch (error) {
          subscriber.error(error);
          return false;
        }
      };
      return batches.subscribe({
        next(batch) {
          emit(() => encoder.push(batch));
        },
        error(error) {
          subscriber.error(error);
        },
        complete() {
          if (!emit(() => encoder.finish())) return;
          const patches = encoder.patches ?? [];
          if (patches.length > 0) onPatches?.(patches);
          subscriber.complete();
        },
      });
    });
}
