/** Elements of MAT files, level 5. Source: "MAT-File Format" of The MathWorks, chapter 1. */
import { Inflate } from 'fflate';
import { adler32 } from '../compression/adler32.ts';
import { inflateWhole } from '../compression/inflate.ts';
import { EventFormatError } from '../errors.ts';
import type { NumberType } from '../npy/dtype.ts';

export const HEADER_BYTES = 128;
/** Where the version and the byte order stand. */
const ORDER_AT = 126;
const LITTLE = 0x4d49;
const BIG = 0x494d;

const COMPRESSED = 15;
export const MATRIX = 14;
/** Header and checksum of a zlib stream. */
const ZLIB_HEADER_BYTES = 2;
const ZLIB_TRAILER_BYTES = 4;
const PIECE_BYTES = 4096;

/** Number types by the number of a data type. */
const NUMBERS: Readonly<Record<number, readonly [kind: NumberType['kind'], bytes: number]>> = {
  1: ['i', 1],
  2: ['u', 1],
  3: ['i', 2],
  4: ['u', 2],
  5: ['i', 4],
  6: ['u', 4],
  7: ['f', 4],
  9: ['f', 8],
  12: ['i', 8],
  13: ['u', 8],
};

/** A file or an element contradicts itself; the element is left out. */
export class MatError extends Error {
  override readonly name = 'MatError';
}

/** An element: what its tag says, and its content. */
export interface Element {
  readonly type: number;
  readonly bytes: Uint8Array;
  /** Where the next one begins. */
  readonly end: number;
}

/** The byte order that a header states. @throws EventFormatError for one that is none. */
export function isLittle(header: Uint8Array): boolean {
  const order = header.length < HEADER_BYTES ? 0 : header[ORDER_AT]! | (header[ORDER_AT + 1]! << 8);
  if (order === LITTLE) return true;
  if (order === BIG) return false;
  throw new EventFormatError(
    'BAD_HEADER',
    0,
    'The MAT file states no byte order; its header is damaged or cut.',
  );
}

/** The element at a place. @throws MatError where it ends beyond the bytes. */
export function elementAt(bytes: Uint8Array, at: number, little: boolean): Element {
  if (at + 8 > bytes.length) throw new MatError('ends inside a tag');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const first = view.getUint32(at, little);
  const isSmall = first >>> 16 !== 0;
  const length = isSmall ? first >>> 16 : view.getUint32(at + 4, little);
  const start = at + (isSmall ? 4 : 8);
  if ((isSmall && length > 4) || start + length > bytes.length) throw new MatError('ends inside an element');
  const type = isSmall ? first & 0xffff : first;
  // Compressed ones are not padded.
  const end = isSmall ? at + 8 : start + (type === COMPRESSED ? length : Math.ceil(length / 8) * 8);
  return { type, bytes: bytes.subarray(start, start + length), end };
}

/** The type of an element's numbers; `null` if it holds none. */
export function numberTypeOf({ type }: Element, little: boolean): NumberType | null {
  const found = NUMBERS[type];
  return found === undefined ? null : { kind: found[0], bytes: found[1], little };
}

/**
 * The element itself, or the one that is compressed in it.
 *
 * @throws MatError, EventFormatError `TOO_LARGE`.
 */
export function plainElement(element: Element, little: boolean, maxBytes: number): Element {
  if (element.type !== COMPRESSED) return element;
  return elementAt(inflated(element.bytes, maxBytes), 0, little);
}

/** What a zlib stream holds. */
function inflated(stream: Uint8Array, maxBytes: number): Uint8Array {
  const end = stream.length - ZLIB_TRAILER_BYTES;
  if (end < ZLIB_HEADER_BYTES || (stream[0]! & 0x0f) !== 8) throw new MatError('holds no zlib stream');
  const raw = stream.subarray(ZLIB_HEADER_BYTES, end);
  const bytes = inflateWhole([raw], maxBytes) ?? inflatedPlainly(raw, maxBytes);
  const stated = new DataView(stream.buffer, stream.byteOffset).getUint32(end);
  if (adler32(bytes) !== stated) throw new MatError('holds a zlib stream with a wrong checksum');
  return bytes;
}

function inflatedPlainly(raw: Uint8Array, maxBytes: number): Uint8Array {
  const parts: Uint8Array[] = [];
  let length = 0;
  const inflate = new Inflate((part) => {
    length += part.length;
    parts.push(part);
  });
  try {
    for (let at = 0; at < raw.length && length <= maxBytes; at += PIECE_BYTES)
      inflate.push(raw.subarray(at, at + PIECE_BYTES), at + PIECE_BYTES >= raw.length);
  } catch {
    throw new MatError('holds a damaged zlib stream');
  }
  if (length > maxBytes) {
    const problem = `The arrays have more than ${maxBytes} bytes. If that is right, raise maxMatBytes.`;
    throw new EventFormatError('TOO_LARGE', 0, problem);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
