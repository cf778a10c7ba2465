/** From chunks of bytes to batches, at the pace of whoever takes them. */
import type { EventBatch } from '../events/index.ts';
import { EventFormatError, type EventDecoder, type RandomAccessSource } from '../formats/index.ts';

/** Bytes decoded at once: some formats make many events of few bytes. */
const PIECE_BYTES = 64 * 1024;

const NOTHING = new Uint8Array(0);

/** Chunks of bytes, from anywhere. */
export type ByteChunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** What {@link decodeBytes} may be told. */
export interface DecodeBytesOptions {
  /** Called and awaited after each piece, with the bytes decoded so far. */
  readonly onPiece?: (bytes: number) => void | Promise<void>;
  /** The same recording at any place, for decoders that want it so: the rest of the chunks is then not asked for. */
  readonly source?: RandomAccessSource;
  /** Its reason is thrown. */
  readonly signal?: AbortSignal;
}

/**
 * The batches of a recording. The next piece is decoded when the last one's batches were taken, the next chunk asked for
 * when the last one is decoded. The good events in front of a fault come before its error.
 *
 * @throws EventFormatError, and whatever the chunks throw.
 *
 * @example
 * ```ts
 * import { createDecoder, decodeBytes } from 'saccade';
 * const chunks = [Uint8Array.of(3, 4, 0x80), Uint8Array.of(0, 9)];
 * for await (const { t } of decodeBytes(chunks, createDecoder({ format: 'atis40' }))) console.log(Array.from(t)); // [9]
 * ```
 */
export async function* decodeBytes(
  chunks: ByteChunks,
  decoder: EventDecoder,
  { onPiece, source, signal }: DecodeBytesOptions = {},
): AsyncGenerator<EventBatch, void, undefined> {
  try {
    pieces: for await (const chunk of chunks) {
      for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
        signal?.throwIfAborted();
        yield* decoder.push(chunk.subarray(at, at + PIECE_BYTES));
        await onPiece?.(decoder.report.bytes);
        const access = source === undefined ? null : (decoder.openRandomAccess?.(source.size) ?? null);
        if (access === null) continue;
        for (let { wanted } = access; wanted !== null; wanted = access.wanted) {
          signal?.throwIfAborted();
          yield* access.supply(
            wanted.length === 0 ? NOTHING : await source!.read(wanted.offset, wanted.length),
          );
          await onPiece?.(decoder.report.bytes);
        }
        break pieces;
      }
    }
    signal?.throwIfAborted();
    yield* decoder.finish();
  } catch (error) {
    if (error instanceof EventFormatError) yield* error.events;
    throw error;
  }
}
