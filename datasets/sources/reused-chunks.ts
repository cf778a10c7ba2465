import { open } from 'node:fs/promises';

/** Bytes read at a time: few enough to be in the cache still when they are decoded. */
const CHUNK_BYTES = 256 * 1024;

/**
 * Reads a file from its start in memory for two chunks: one is read while the other is used. A chunk is good until the
 * next is asked for. Fresh chunks would be 64 MB of garbage before they are collected.
 */
export async function* reusedChunks(location: string): AsyncGenerator<Uint8Array, void, undefined> {
  const file = await open(location);
  let [filling, other] = [new Uint8Array(CHUNK_BYTES), new Uint8Array(CHUNK_BYTES)];
  const read = (): Promise<number> =>
    file.read(filling, 0, CHUNK_BYTES, null).then(({ bytesRead }) => bytesRead);
  let reading = read();
  try {
    for (;;) {
      const bytes = filling.subarray(0, await reading);
      if (bytes.length === 0) return;
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
