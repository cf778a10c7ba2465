/** The bytes of a file: small ones at once, others in pieces. */
import { closeSync, createReadStream, fstatSync, openSync, read } from 'node:fs';
import { promisify } from 'node:util';

/** Bytes read at a time. */
const CHUNK_BYTES: number = 1 << 20;
/** Files up to this size are one chunk. */
export const WHOLE_BYTES: number = 4 << 20;

const readAt = promisify(read);

/** Reads a file, or the bytes `[start, end)` of it. A fault of opening it comes with the first chunk. */
export async function* fileChunks(
  location: string,
  start = 0,
  end: number = Infinity,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (start >= end) return;
  const whole = await readSmall(location, start, end);
  if (whole !== null) yield whole.bytes;
  if (whole?.ended !== true)
    yield* createReadStream(location, {
      start: start + (whole?.bytes.length ?? 0),
      end: end - 1,
      highWaterMark: CHUNK_BYTES,
    });
}

/**
 * Opening and closing takes microseconds here, and ten times as long where another thread is asked to; only reading may
 * wait for a disk.
 */
async function readSmall(
  location: string,
  start: number,
  end: number,
): Promise<{ bytes: Uint8Array; ended: boolean } | null> {
  const file = openSync(location, 'r');
  try {
    const size = end === Infinity ? fstatSync(file).size - start : end - start;
    if (size <= 0 || size > WHOLE_BYTES) return null;
    if (end !== Infinity) return { bytes: await readRange(file, start, size), ended: true };
    // A byte more than it has: where that is filled too, it has grown since.
    const bytes = await readRange(file, start, size + 1, size);
    return { bytes, ended: bytes.length <= size };
  } finally {
    closeSync(file);
  }
}

/**
 * The bytes from `start`, fewer than `length` where the file ends.
 *
 * @param enough more than this is not waited for.
 * @param bytes where they go; default: fresh memory.
 */
export async function readRange(
  file: number,
  start: number,
  length: number,
  enough: number = length,
  bytes: Uint8Array = new Uint8Array(new ArrayBuffer(length)),
): Promise<Uint8Array> {
  let filled = 0;
  while (filled < enough) {
    const { bytesRead } = await readAt(file, bytes, filled, length - filled, start + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}
