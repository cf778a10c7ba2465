/** Standard input as a recording: `-`. */
import process from 'node:process';
import { DatasetError } from '../../datasets/errors.ts';
import type { RecordingEntry } from '../../datasets/sources/source.ts';

/** What stands for standard input and output on the command line. */
export const STANDARD_STREAM = '-';

/** The beginning is kept so long, so that the format can be told before the recording is read. */
const KEPT_BYTES = 1 << 20;

/**
 * A recording that comes through a pipe. It can be opened again as long as not more than its first mebibyte was read.
 *
 * @param stream what is read. Default: standard input.
 */
export function pipedRecording(stream: AsyncIterable<Uint8Array> = process.stdin): RecordingEntry {
  let chunks: AsyncIterator<Uint8Array> | undefined;
  let kept: Uint8Array[] | null = [];
  let keptBytes = 0;
  async function* open(): AsyncGenerator<Uint8Array, void, undefined> {
    if (kept === null)
      throw new DatasetError('NOT_FOUND', STANDARD_STREAM, 'Standard input can be read only once.');
    yield* kept;
    chunks ??= stream[Symbol.asyncIterator]();
    for (;;) {
      const next = await chunks.next();
      if (next.done) return;
      keptBytes += next.value.length;
      if (keptBytes > KEPT_BYTES) kept = null;
      // A stream may use its memory again; `slice` of a Buffer does not copy.
      kept?.push(Uint8Array.from(next.value));
      yield next.value;
    }
  }
  return { id: STANDARD_STREAM, location: STANDARD_STREAM, bytes: 0, open };
}
