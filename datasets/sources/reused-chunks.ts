import { closeSync, openSync } from 'node:fs';
import { readRange } from './file-chunks.ts';

/** Bytes read at a time: few enough to be in the cache still when they are decoded. */
const CHUNK_BYTES = 256 * 1024;
/** Of the first chunk; nothing is read ahead behind it: whoever looks at a recording's beginning reads no more. */
const FIRST_BYTES = 64 * 1024;
/** Most chunks that are kept for the next files. */
const MOST_SPARE = 32;

/** Memory of files that were read: the system takes longer to give fresh memory than to fill it. */
const spare: Uint8Array[] = [];

/**
 * Reads a file, or the bytes `[start, end)` of it, in memory for two chunks: one is read while the other is used. A chunk is
 * good until the next is asked for, and no longer than the reading. Fresh chunks would be 64 MB of garbage before they are
 * collected.
 */
export async function* reusedChunks(
  location: string,
  start = 0,
  end: number = Infinity,
): AsyncGenerator<Uint8Array, void, undefined> {
  // At once: another thread would take ten times as long.
  const file = openSync(location, 'r');
  const taken: Uint8Array[] = [];
  let ahead: Promise<Uint8Array> | undefined;
  try {
    let filling: Uint8Array | undefined;
    let other: Uint8Array | undefined;
    for (let place = start, wanted = FIRST_BYTES; place < end;) {
      const read = (at: number, most: number): Promise<Uint8Array> => {
        if (filling === undefined) taken.push((filling = spare.pop() ?? new Uint8Array(CHUNK_BYTES)));
        const length = Math.min(most, end - at);
        return readRange(file, at, length, length, filling);
      };
      const bytes = await (ahead ?? read(place, wanted));
      ahead = undefined;
      place += bytes.length;
      const isLast = bytes.length < wanted || place >= end;
      [filling, other] = [other, filling];
      if (!isLast && wanted === CHUNK_BYTES) {
        ahead = read(place, CHUNK_BYTES);
        // Its fault is thrown when it is waited for.
        ahead.catch(() => undefined);
      }
      wanted = CHUNK_BYTES;
      if (bytes.length > 0) yield bytes;
      if (isLast) return;
    }
  } finally {
    // Nothing may be written into memory that others have then.
    await ahead?.catch(() => undefined);
    closeSync(file);
    spare.push(...taken.slice(0, MOST_SPARE - spare.length));
  }
}
