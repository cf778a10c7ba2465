/** Attributes: small values beside a group or dataset. Source: HDF5 File Format Specification 3.0, IV.A.2.m. */
import { readNumbers } from '../../npy/numbers.ts';
import type { ByteTask } from '../../random-access.ts';
import { Cursor, latin } from './cursor.ts';
import { readShape } from './dataset.ts';
import { readDatatype, type Datatype } from './datatype.ts';
import { readSequence, readSequencePlace } from './global-heap.ts';
import { MESSAGE, type Hdf5Object } from './object-header.ts';

/** A text, or numbers. */
export type AttributeValue = string | readonly number[];

const MAX_VALUES = 1024;
const MAX_TEXT_BYTES = 0x1_0000;

/** The attributes of an object that are texts or numbers. @throws EventFormatError */
export function* readAttributes(object: Hdf5Object): ByteTask<ReadonlyMap<string, AttributeValue>> {
  const found = new Map<string, AttributeValue>();
  for (const cursor of yield* object.all(MESSAGE.attribute, 'An attribute')) {
    const version = cursor.u8();
    const flags = cursor.u8();
    const sizes = [cursor.u16(), cursor.u16(), cursor.u16()];
    if (version === 3) cursor.skip(1);
    // Types with a name of their own are no texts or numbers that anybody looks for.
    if (version < 1 || version > 3 || (version > 1 && flags !== 0)) continue;
    const [name, type, space] = sizes.map((size) => {
      const part = new Cursor(cursor.take(size), cursor.offset - size, 'An attribute');
      if (version === 1) cursor.skip((8 - (size % 8)) % 8);
      return part;
    });
    const count = readShape(space!).reduce((product, size) => product * size, 1);
    const value = yield* readValue(object, readDatatype(type!), count, cursor);
    if (value !== null) found.set(name!.zeroEnded(), value);
  }
  return found;
}

function* readValue(
  object: Hdf5Object,
  type: Datatype,
  count: number,
  cursor: Cursor,
): ByteTask<AttributeValue | null> {
  if (count < 1 || count > MAX_VALUES) return null;
  if (type.kind === 'text') return latin(cursor.take(type.bytes)).replace(/\0[^]*$/, '');
  if (type.kind === 'sequence' && type.isText) {
    const { bytes } = yield* readSequence(object.file, readSequencePlace(cursor), 1, MAX_TEXT_BYTES);
    return latin(bytes).replace(/\0[^]*$/, '');
  }
  if (type.kind !== 'number') return null;
  const bytes = cursor.take(count * type.bytes);
  const numbers = new Float64Array(count);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  readNumbers({ view, offset: 0, stride: type.bytes, type: type.number }, 0, numbers);
  return [...numbers];
}
