/** Stretches of a recording, in order. */
import type { RandomAccessSource } from '../../formats/index.ts';
import { RecordingAccessError } from './errors.ts';

/** Bytes asked for at once. */
const READ_BYTES = 512 * 1024;

/**
 * The bytes `[start, end)`, in chunks that are good until the next is asked for.
 *
 * @param mostBytes of a chunk.
 * @throws RecordingAccessError `CUT_SHORT` where the source has fewer than it stated.
 */
export async function* sourceChunks(
  source: RandomAccessSource,
  start: number,
  end: number,
  mostBytes: number = READ_BYTES,
): AsyncGenerator<Uint8Array, void, undefined> {
  let at = start;
  for await (const chunk of source.chunks?.(start, end) ?? readChunks(source, start, end)) {
    at += chunk.length;
    for (let i = 0; i < chunk.length; i += mostBytes) yield chunk.subarray(i, i + mostBytes);
  }
  if (at < end) {
    throw new RecordingAccessError(
      'CUT_SHORT',
      `The recording ends at byte ${at}; it had ${source.size} bytes when it was opened.`,
    );
  }
}

async function* readChunks(
  source: RandomAccessSource,
  start: number,
  end: number,
): AsyncGenerator<Uint8Array> {
  for (let at = start; at < end;) {
    const bytes = await source.read(at, Math.min(READ_BYTES, end - at));
    if (bytes.length === 0) return;
    yield bytes;
    at += bytes.length;
  }
}
