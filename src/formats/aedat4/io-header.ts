/** The IOHeader, FlatBuffer `IOHE`: compression, place of the file table, streams. */
import { EventFormatError } from '../errors.ts';
import { AEDAT4_COMPRESSIONS, type Aedat4Compression } from './codec/codec.ts';
import { FlatBufferError, FlatTable, sizePrefixed } from './flat-table.ts';
import { parseStreams, type Aedat4Stream } from './streams.ts';

/** What the header says. */
export interface IoHeader {
  readonly compression: Aedat4Compression;
  /** Where the file table begins; negative: there is none. */
  readonly dataTablePosition: number;
  readonly streams: readonly Aedat4Stream[];
}

/** The compression as IOHeaders spell it. */
export function compressionName(compression: Aedat4Compression): string {
  return compression.toUpperCase().replace('-', '_');
}

/** The report's `variant`, as reference tables spell it. */
export function variantOf(compression: Aedat4Compression): string {
  return `AEDAT4.0/${compressionName(compression)}`;
}

/** First line of a file. */
export const AEDAT4_MAGIC = '#!AER-DAT4.0\r\n';

/** Where the table's position stands in files written here, to be patched at the end. */
export const TABLE_POSITION_AT = 54;

/**
 * Reads a header with its size in front.
 *
 * @param byteOffset where it begins, for errors.
 * @throws {@link EventFormatError} `BAD_HEADER`.
 */
export function readIoHeader(bytes: Uint8Array, byteOffset: number): IoHeader {
  try {
    const { buffer, id } = sizePrefixed(bytes);
    if (id !== 'IOHE') throw new FlatBufferError(`is of type "${id}"`);
    const table = FlatTable.root(buffer);
    const number = table.int(0, 0, 4);
    const compression = AEDAT4_COMPRESSIONS[number];
    if (compression === undefined) throw new FlatBufferError(`states an unknown compression, ${number}`);
    const xml = table.string(2);
    return {
      compression,
      dataTablePosition: table.long(1, -1),
      streams: xml === '' ? [] : parseStreams(xml),
    };
  } catch (error) {
    throw new EventFormatError(
      'BAD_HEADER',
      byteOffset,
      `The IOHeader cannot be read: ${(error as Error).message}.`,
      {
        cause: error,
      },
    );
  }
}

/** A header as newer DV writes it, behind the first line; all scalars are stated. */
export function ioHeaderBytes(compression: Aedat4Compression, xml: string): Uint8Array {
  const magic = new TextEncoder().encode(AEDAT4_MAGIC);
  const text = new TextEncoder().encode(xml);
  const end = Math.ceil((66 + text.length + 1) / 4) * 4;
  const bytes = new Uint8Array(end);
  const view = new DataView(bytes.buffer);
  bytes.set(magic);
  view.setUint32(14, end - 18, true);
  view.setUint32(18, 24, true);
  bytes.set(new TextEncoder().encode('IOHE'), 22);
  [10, 20, 4, 12, 8].forEach((entry, i) => {
    view.setUint16(32 + 2 * i, entry, true);
  });
  view.setInt32(42, 10, true);
  view.setInt32(46, AEDAT4_COMPRESSIONS.indexOf(compression), true);
  view.setUint32(50, 12, true);
  view.setBigInt64(TABLE_POSITION_AT, -1n, true);
  view.setUint32(62, text.length, true);
  bytes.set(text, 66);
  return bytes;
}
