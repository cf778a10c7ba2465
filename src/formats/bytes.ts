/** Byte arrays: joined, copied, and taken in from callers. */
import { OptionError, type OwnedBytes } from '../events/index.ts';

/** The order of bytes in typed arrays here. */
export const IS_LITTLE_ENDIAN: boolean = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Joins byte arrays. A single one that is not empty is returned as it is, not copied. */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const full = parts.filter(({ length }) => length > 0);
  if (full.length === 1) return full[0]!;
  const joined = new Uint8Array(full.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of full) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** Copies bytes from `start` to `end`. Unlike `slice`, which of a Node.js `Buffer` gives a view of the same memory. */
export function copyBytes(bytes: Uint8Array, start = 0, end: number = bytes.length): OwnedBytes {
  return new Uint8Array(bytes.subarray(start, end));
}

/**
 * The bytes as a plain `Uint8Array` over the same memory. For bytes that come from a caller: methods of a subclass, such
 * as those of Node.js' `Buffer`, may mean something else.
 *
 * @throws OptionError for what is no view of bytes, as JavaScript callers may hand in an `ArrayBuffer`.
 */
export function plainBytes(bytes: Uint8Array): Uint8Array {
  if (!ArrayBuffer.isView(bytes))
    throw new OptionError(
      'bytes',
      'must be a Uint8Array: new Uint8Array(buffer) makes one of an ArrayBuffer',
    );
  if (Object.getPrototypeOf(bytes) === Uint8Array.prototype) return bytes;
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Each byte as the character of its number: what browsers call latin1 is another code from 128 to 159. */
export function byteText(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/** Memory for so many bytes, all of which are to be written. */
export type TakeMemory = (bytes: number) => Uint8Array;

/** Memory that nobody had. */
export const takeFresh: TakeMemory = (bytes) => new Uint8Array(bytes);
