/** Files as small as they can be, written structure by structure. */
import { batchFromTuples, type EventBatch } from '../../../src/events/index.ts';
import { encodeEcf } from '../../../src/formats/hdf5/ecf/encode.ts';
import { ECF_FILTER } from '../../../src/formats/hdf5/ecf/layout.ts';
import { MESSAGE } from '../../../src/formats/hdf5/file/object-header.ts';
import { ByteWriter } from '../../../src/formats/byte-writer.ts';
import { FileWriter } from '../../../src/formats/hdf5/writer/file-writer.ts';
import {
  group,
  integerType,
  objectHeader,
  recordType,
  superblock,
} from '../../../src/formats/hdf5/writer/structures.ts';
import { Hdf5Decoder } from '../../../src/formats/index.ts';
import type { ContractSample } from '../../helpers/format-contract.ts';

/** The events that `make_files.py` puts into its files. */
export function commonEvents(start: number, count = 200): EventBatch {
  return batchFromTuples(
    Array.from({ length: count }, (_, i) => [
      start + 37 * i + Math.floor(i / 7),
      (7 * i) % 346,
      (5 * i) % 260,
      i % 3 === 0 ? 1 : 0,
    ]),
  );
}

/** What a dataset's header says of where its elements are, and what was done to them. */
export interface DatasetParts {
  readonly rows: number;
  readonly layout: (writer: ByteWriter) => ByteWriter;
  readonly filters?: (writer: ByteWriter) => ByteWriter;
}

/** Records of Prophesee. */
export const RECORD_TYPE: Uint8Array = recordType(16, {
  x: [0, integerType(2)],
  y: [2, integerType(2)],
  p: [4, integerType(2, true)],
  t: [8, integerType(8, true)],
});

/**
 * A file in Prophesee's layout with the dataset's elements at its start.
 *
 * @param parts with the address of the elements.
 */
export function recordsFile(elements: Uint8Array, parts: (address: number) => DatasetParts): Uint8Array {
  const file = new FileWriter();
  file.append(superblock(null, null));
  const { rows, layout, filters } = parts(file.append(elements));
  const message = (type: number, write: (writer: ByteWriter) => ByteWriter) => ({
    type,
    bytes: write(new ByteWriter()).bytes(),
  });
  const header = objectHeader([
    message(MESSAGE.dataspace, (writer) => writer.u8(2, 1, 0, 1).u64(rows)),
    { type: MESSAGE.datatype, bytes: RECORD_TYPE },
    message(MESSAGE.layout, layout),
    ...(filters === undefined ? [] : [message(MESSAGE.filters, filters)]),
  ]);
  const events = file.append(group({ events: file.append(header) }));
  const root = file.append(group({ CD: events }, { geometry: '346x260' }));
  const bytes = file.take();
  bytes.set(superblock(root, bytes.length));
  return bytes;
}

/** The first `count` events as records. */
export function records({ t, x, y, p }: EventBatch, count: number): Uint8Array {
  const writer = new ByteWriter();
  for (let i = 0; i < count; i++) writer.u16(x[i]!).u16(y[i]!).u16(p[i]!).u16(0).u64(t[i]!);
  return writer.bytes();
}

/** A single chunk that went through filters. */
export function singleChunk(rows: number, bytes: number, filter: number): (address: number) => DatasetParts {
  return (address) => ({
    rows,
    layout: (writer) => writer.u8(4, 2, 2, 2, 4).u32(rows).u32(16).u8(1).u64(bytes).u32(0).u64(address),
    filters: (writer) => {
      writer.u8(2, 1).u16(filter);
      if (filter >= 256) writer.u16(0);
      return writer.u16(0).u16(0);
    },
  });
}

const FEW = 5;
const EVENTS = commonEvents(1_000_000, FEW);
const ENCODED = encodeEcf(EVENTS, FEW);

export const hdf5Samples: readonly ContractSample[] = [
  {
    name: 'HDF5, records',
    bytes: recordsFile(records(EVENTS, FEW), (address) => ({
      rows: FEW,
      layout: (writer) =>
        writer
          .u8(3, 1)
          .u64(address)
          .u64(16 * FEW),
    })),
    open: (options) => new Hdf5Decoder({ ...options, maxHdf5Bytes: 2 ** 20, maxChunkBytes: 2 ** 20 }),
  },
  {
    name: 'HDF5, ECF',
    bytes: recordsFile(ENCODED, singleChunk(FEW, ENCODED.length, ECF_FILTER)),
    open: (options) => new Hdf5Decoder({ ...options, maxHdf5Bytes: 2 ** 20, maxChunkBytes: 2 ** 20 }),
  },
];
