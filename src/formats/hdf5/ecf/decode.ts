/** Decodes ECF, Prophesee's compression of events in HDF5 chunks. */
import { takeFresh, type TakeMemory } from '../../bytes.ts';
import { decodeEcfByKernel } from './kernel.ts';
import { ecfDamage, ECF_EVENT_BYTES, ECF_HEADER_BYTES } from './layout.ts';
import { decodeEcfScalar } from './scalar.ts';

/** Six events of a vector lie in two bytes. */
const MOST_EVENTS_PER_BYTE = 3;
const PACKING_BITS = 2;

/**
 * Decodes a chunk: a word of header, which is the number of events and how their coordinates are packed, and the events.
 *
 * @param most bytes that it may become.
 * @param take for the records, which may lie elsewhere all the same.
 * @returns records of {@link ECF_EVENT_BYTES}.
 * @throws CodecError where the chunk is damaged, or becomes more.
 */
export function decodeEcf(chunk: Uint8Array, most: number, take: TakeMemory = takeFresh): Uint8Array {
  if (chunk.length < ECF_HEADER_BYTES) throw ecfDamage('ends inside its header');
  const header = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength).getUint32(0, true);
  const count = header >>> PACKING_BITS;
  if (count * ECF_EVENT_BYTES > most || count > MOST_EVENTS_PER_BYTE * chunk.length)
    throw ecfDamage(`states ${count} events, which is more than it can have`);
  const packing = header & (2 ** PACKING_BITS - 1);
  return decodeEcfByKernel(chunk, count, packing, take) ?? decodeEcfScalar(chunk, count, packing);
}
