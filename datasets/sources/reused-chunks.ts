import { open } from 'node:fs/promises';

/** Bytes read at a time: few enough to be in the cache still when they are decoded. */
const CHUNK_BYTES = 256 * 1024;

/**
 * Reads a file, or the bytes `[start, end)` of it, in memory for two chunks: one is read while the other is used. A chunk is
 * good until the next is asked for. Fresh chunks would be 64 MB of garbage before they are collected.
 */
export async function* reusedChunks(
  location: string,
  start = 0,
  end: number = Infinity,
): AsyncGenerator<Uint8Array, void, undefined> {
  const file = await open(location);
  const chunkBytes = Math.min(CHUNK_BYTES, end - start);
  let [filling, other]: (Uint8Array | undefined)[] = [];
  let place = start;
  const read = async (): Promise<number> => {
    if (place >= end) return 0;
    // Where all fits into one chunk there is no other.
    filling ??= new Uint8Array(chunkBytes);
    const { bytesRead } = await file.read(filling, 0, Math.min(chunkBytes, end - place), place);
    place += bytesRead;
    return bytesRead;
  };
  let reading = read();
  try {
    for (;;) {
      const length = await reading;
      if (length === 0) return;
      const bytes = filling!.subarray(0, length);
      [filling, other] = [other, filling];
      reading = read();
      // Its fault is thrown when it is waited for.
      reading.catch(() => undefined);
      yield bytes;
    }
  } finally {
    await file.close();
  }
}
