import { Observable, type OperatorFunction } from 'rxjs';
import { OptionError, type EventBatch } from '../src/events/index.ts';
import {
  createEncoder,
  encoderNeedsPatches,
  type BuiltInFormats,
  type BytePatch,
  type CreateEncoderOptions,
  type EncoderOptions,
  type EncoderOptionsOf,
  type EventEncoder,
  type EventFormat,
} from '../src/formats/index.ts';

/** Who applies the patches of {@link encodeEvents}. */
export interface PatchListener {
  /**
   * Called once before the stream completes, if the format has bytes that belong at an earlier place (a table's
   * position in the header, say): whoever writes to a file overwrites them there. Where the output cannot be
   * overwritten, leave them: it is still a recording. Formats of which this is not true (NumPy arrays that were not
   * told the number of events) ask for this listener.
   */
  readonly onPatches?: (patches: readonly BytePatch[]) => void;
}

/** Options of {@link encodeEvents}: those of `createEncoder`, and who applies the patches. */
export type EncodeEventsOptions<Formats extends readonly EventFormat[] = BuiltInFormats> =
  CreateEncoderOptions<Formats> & PatchListener;

/**
 * Encodes batches of events as the bytes of a recording: the header with the first event, a chunk for each batch,
 * what is left when the stream completes. Sensor size: `geometry`, or that of the first batch.
 *
 * An event that the format cannot hold is an EventFormatError `UNENCODABLE_EVENT` of the stream.
 *
 * @param format identifier of a format that saccade writes, or a format.
 * @throws OptionError at once: for another format, an option that it does not have, a missing `onPatches` where the
 * bytes would be no good recording without.
 *
 * @example
 * ```ts
 * import { from, lastValueFrom, toArray } from 'rxjs';
 * import { decodeEvents, encodeEvents } from 'saccade/operators';
 * const atis = new Uint8Array([3, 4, 0x80, 0, 9]); // ATIS 40-bit: x 3, y 4, ON, 9 µs
 * const dat = await lastValueFrom(
 *   from([atis]).pipe(decodeEvents({ format: 'atis40' }), encodeEvents('dat', { datVersion: 2 }), toArray()),
 * );
 * console.log(Array.from(dat[0]!.slice(-8))); // [9, 0, 0, 0, 3, 0, 1, 16]
 * ```
 */
export function encodeEvents<const Formats extends readonly EventFormat[] = BuiltInFormats>(
  format: string,
  options?: EncodeEventsOptions<Formats>,
): OperatorFunction<EventBatch, Uint8Array>;
export function encodeEvents<Format extends EventFormat>(
  format: Format,
  options?: EncoderOptionsOf<readonly [Format]> & PatchListener,
): OperatorFunction<EventBatch, Uint8Array>;
export function encodeEvents(
  format: string | EventFormat,
  { onPatches, ...options }: EncoderOptions & PatchListener = {},
): OperatorFunction<EventBatch, Uint8Array> {
  const create = (): EventEncoder =>
    typeof format === 'string' ? createEncoder(format, options) : createEncoder(format, options);
  create();
  if (onPatches === undefined && encoderNeedsPatches(format, options)) {
    throw new OptionError(
      'onPatches',
      'is needed: what this format writes is no good recording until its patches are applied. An option that states what they would, as events does for npy, serves as well',
    );
  }
  return (batches) =>
    new Observable((subscriber) => {
      const encoder = create();
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
