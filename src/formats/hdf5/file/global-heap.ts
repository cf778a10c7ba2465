/** Elements of any number, which lie in collections. Source: HDF5 File Format Specification 3.0, III.E. */
import { EventFormatError } from '../../errors.ts';
import type { ByteTask } from '../../random-access.ts';
import type { Cursor } from './cursor.ts';
import type { Hdf5File } from './file-reader.ts';
import { readBytes } from './file-reader.ts';

const COLLECTION_HEAD_BYTES = 16;
const OBJECT_HEAD_BYTES = 16;

/** Where a sequence is. */
export interface SequencePlace {
  readonly count: number;
  /** Of the collection; `null` for a sequence of nothing. */
  readonly address: number | null;
  readonly index: number;
}

/** The place of a sequence, as the element says it that stands for it. */
export function readSequencePlace(cursor: Cursor): SequencePlace {
  return { count: cursor.u32(), address: cursor.address(), index: cursor.u32() };
}

/**
 * The bytes of a sequence and where they are.
 *
 * @param elementBytes of one of its elements.
 * @throws EventFormatError
 */
export function* readSequence(
  file: Hdf5File,
  { count, address, index }: SequencePlace,
  elementBytes: number,
  maxBytes: number,
): ByteTask<{ readonly bytes: Uint8Array; readonly offset: number }> {
  if (count === 0 || address === null || address === 0) return { bytes: new Uint8Array(0), offset: 0 };
  const length = count * elementBytes;
  const what = 'A heap of sequences';
  if (length > maxBytes) {
    throw new EventFormatError(
      'TOO_LARGE',
      file.base + address,
      `A sequence has ${length} bytes, more than ${maxBytes}. If that is right, raise maxChunkBytes.`,
    );
  }
  const head = yield* file.read(address, COLLECTION_HEAD_BYTES, what);
  head.signature('GCOL');
  head.skip(4);
  const end = address + head.u64();
  // Each step goes on by a head at least.
  for (let at = address + COLLECTION_HEAD_BYTES; at + OBJECT_HEAD_BYTES <= end;) {
    const object = yield* file.read(at, OBJECT_HEAD_BYTES, what);
    const found = object.u16();
    object.skip(6);
    const size = object.u64();
    if (found === index) {
      if (size < length) throw object.corrupt('has fewer elements than it states', 0);
      const offset = file.base + at + OBJECT_HEAD_BYTES;
      return { bytes: yield* readBytes(offset, length, what), offset };
    }
    if (found === 0) break;
    at += OBJECT_HEAD_BYTES + 8 * Math.ceil(size / 8);
  }
  throw head.corrupt('lacks a sequence that an element names', 0);
}
