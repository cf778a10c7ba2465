/** Memory of encoded bytes that nobody looks at any more. */
import type { OwnedBytes } from '../events/index.ts';

/** Memory that waits for the next bytes, at most. */
const MAX_IDLE = 4;
/** Less is not worth keeping; more is not kept. */
const MIN_BYTES = 4096;
const MAX_BYTES = 4 * 2 ** 20;

const idle: ArrayBuffer[] = [];
/** Memory that was lent and not given back. */
const lent = new WeakSet<ArrayBufferLike>();

/** Bytes for the output of an encoder, to be written in full: they hold what they held before. */
export function takeBytes(length: number): OwnedBytes {
  if (length < MIN_BYTES || length > MAX_BYTES) return new Uint8Array(length);
  const given = idle.pop();
  // A smaller one is let go: those that follow are then as large as outputs are.
  const buffer = given !== undefined && given.byteLength >= length ? given : new ArrayBuffer(length);
  lent.add(buffer);
  return new Uint8Array(buffer, 0, length);
}

/**
 * Gives an encoder's output back once it was written: the next one takes its memory, which is still warm and need not be
 * collected. Does nothing to bytes that were given back before, and to those that no encoder made.
 */
export function recycleBytes({ buffer }: Uint8Array): void {
  if (lent.delete(buffer) && idle.length < MAX_IDLE) idle.push(buffer as ArrayBuffer);
}
