/** Containers that lead in circles, state more than there is, or become more than they may: events or a typed error, soon. */
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  Hdf5Decoder,
  McapDecoder,
  RosbagDecoder,
  Rosbag2Decoder,
  type DecoderOptions,
  type EventDecoder,
} from '../../src/formats/index.ts';
import { outcomeAnywhere } from '../helpers/decode-outcome.ts';
import { deaf, runInput } from '../helpers/fuzz.ts';
import { joinBytes } from '../helpers/round-trip.ts';
import { hdf5File } from './hdf5/files.ts';
import { commonEvents, records, recordsFile, singleChunk } from './hdf5/samples.ts';
import { mcap } from './mcap/samples.ts';
import { bag, compressedChunk, record } from './ros/messages.ts';
import { bagFile } from './rosbag2/samples.ts';

const MIB = 2 ** 20;
const OPEN = {
  hdf5: (options: DecoderOptions) =>
    new Hdf5Decoder({ ...options, maxHdf5Bytes: 4 * MIB, maxChunkBytes: MIB }),
  rosbag2: (options: DecoderOptions) => new Rosbag2Decoder({ ...options, maxChunkBytes: MIB }),
  rosbag: (options: DecoderOptions) => new RosbagDecoder({ ...options, maxChunkBytes: MIB }),
  mcap: (options: DecoderOptions) => new McapDecoder({ ...options, maxChunkBytes: MIB }),
} as const;

interface BadFile {
  readonly name: string;
  readonly format: keyof typeof OPEN;
  readonly bytes: Uint8Array;
  /** What it must end with, or say. */
  readonly code: string;
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

/** Where a text stands in bytes. */
function placesOf(bytes: Uint8Array, text: string): number[] {
  const all = new TextDecoder('latin1').decode(bytes);
  const places: number[] = [];
  for (let at = all.indexOf(text); at >= 0; at = all.indexOf(text, at + 1)) places.push(at);
  return places;
}

/** Nodes of version 1 trees whose children are the node itself, one level up. @param kind 0: of a group, 1: of chunks */
function circleOfNodes(kind: 0 | 1): Uint8Array {
  const bytes = hdf5File('dsec-gzip.h5');
  const view = viewOf(bytes);
  const [keyBytes, first] = kind === 0 ? [8, 8] : [24, 24];
  for (const node of placesOf(bytes, 'TREE').filter((at) => bytes[at + 4] === kind)) {
    bytes[node + 5] = 1;
    for (let i = 0; i < view.getUint16(node + 6, true); i++)
      view.setBigUint64(node + 24 + first + i * (keyBytes + 8), BigInt(node), true);
  }
  return bytes;
}

/** Chunks that state another size. */
function lyingChunks(stated: number): Uint8Array {
  const bytes = hdf5File('dsec-gzip.h5');
  for (const node of placesOf(bytes, 'TREE').filter((at) => bytes[at + 4] === 1))
    viewOf(bytes).setUint32(node + 24, stated, true);
  return bytes;
}

/** Object headers of version 1 that go on in themselves. */
function circleOfHeaders(): Uint8Array {
  const bytes = hdf5File('dsec-gzip.h5');
  const view = viewOf(bytes);
  for (let at = 96; at + 40 < bytes.length; at += 8) {
    const isHeader = view.getUint16(at, true) === 1 && view.getUint32(at + 4, true) === 1;
    const size = view.getUint32(at + 8, true);
    if (!isHeader || size < 24 || size > 4096 || view.getUint16(at + 18, true) < 16) continue;
    view.setUint16(at + 16, 16, true);
    view.setBigUint64(at + 24, BigInt(at + 16), true);
    view.setBigUint64(at + 32, BigInt(size), true);
  }
  return bytes;
}

/** Five rows whose chunk becomes 64 MiB. */
function hdf5Bomb(): Uint8Array {
  const bomb = new Uint8Array(deflateSync(new Uint8Array(64 * MIB)));
  expect(bomb.length).toBeLessThan(MIB / 10);
  return recordsFile(bomb, singleChunk(5, bomb.length, 1));
}

const PAGE = 512;

/** A bag with its pages changed. */
function changedPages(change: (page: Uint8Array, number: number) => void): Uint8Array {
  const bytes = bagFile('one-camera');
  for (let number = 2; number * PAGE <= bytes.length; number++)
    change(bytes.subarray((number - 1) * PAGE, number * PAGE), number);
  return bytes;
}

function isLeaf(page: Uint8Array): boolean {
  return page[0] === 13 && viewOf(page).getUint16(3) > 0;
}

const FILES: readonly BadFile[] = [
  { name: 'a tree of chunks in a circle', format: 'hdf5', bytes: circleOfNodes(1), code: 'CORRUPT_DATA' },
  { name: 'a tree of a group in a circle', format: 'hdf5', bytes: circleOfNodes(0), code: 'CORRUPT_DATA' },
  { name: 'object headers in a circle', format: 'hdf5', bytes: circleOfHeaders(), code: 'CORRUPT_DATA' },
  ...[0xffff_ffff, 0x7fff_ffff, 3].map((stated): BadFile => ({
    name: `chunks that state ${stated} bytes`,
    ...{ format: 'hdf5', bytes: lyingChunks(stated), code: 'CORRUPT_DATA' },
  })),
  {
    name: 'a chunk that becomes more than its elements',
    format: 'hdf5',
    bytes: hdf5Bomb(),
    code: 'CORRUPT_DATA',
  },
  {
    name: 'as many rows as there are numbers',
    format: 'hdf5',
    bytes: recordsFile(records(commonEvents(0, 5), 5), (address) => ({
      rows: Number.MAX_SAFE_INTEGER,
      layout: (writer) => writer.u8(3, 1).u64(address).u64(80),
    })),
    code: 'CORRUPT_DATA',
  },
  {
    name: 'a tree of rows in a circle',
    format: 'rosbag2',
    bytes: changedPages((page, number) => {
      if (!isLeaf(page)) return;
      page[0] = 5;
      viewOf(page).setUint16(3, 0);
      viewOf(page).setUint32(8, number);
    }),
    code: 'CORRUPT_DATA',
  },
  {
    name: 'rows that lie over each other',
    format: 'rosbag2',
    bytes: changedPages((page) => {
      const view = viewOf(page);
      if (!isLeaf(page) || view.getUint16(3) !== 3) return;
      const first = view.getUint16(8);
      view.setUint16(3, 90);
      for (let i = 0; i < 90; i++) view.setUint16(8 + 2 * i, first);
    }),
    code: 'CORRUPT_DATA',
  },
  {
    name: 'a row that goes on in its own page',
    format: 'rosbag2',
    bytes: changedPages((page, number) => {
      // The second packet goes on in page 6, and nothing else does.
      const at = page.findIndex(
        (_, i) => page[0] === 13 && viewOf(page).getUint32(Math.min(i, PAGE - 4)) === 6,
      );
      if (at > 0) viewOf(page).setUint32(at, number);
    }),
    code: 'CORRUPT_DATA',
  },
  ...[0, 1000, 4096].map((length): BadFile => ({
    name: `no database behind its first words, ${length} bytes`,
    ...{ format: 'rosbag2', code: 'BAD_HEADER' },
    bytes: joinBytes(new TextEncoder().encode('SQLite format 3\0'), new Uint8Array(length)),
  })),
  {
    name: 'a database whose pages are none',
    format: 'rosbag2',
    bytes: joinBytes(bagFile('one-camera').subarray(0, 100), new Uint8Array(5000).fill(0x5a)),
    code: 'CORRUPT_DATA',
  },
  ...[0xffff_ffff, 65_537].map((length): BadFile => ({
    name: `a header of ${length} bytes`,
    ...{ format: 'rosbag', code: 'CORRUPT_DATA' },
    bytes: bag(joinBytes(new Uint8Array(Uint32Array.of(length).buffer), new Uint8Array(70_000))),
  })),
  {
    name: 'a record of 4 GiB',
    format: 'rosbag',
    bytes: bag(record({ op: Uint8Array.of(7), conn: new Uint8Array(4) }, new Uint8Array(0)).fill(0xff, -4)),
    code: 'TOO_LARGE',
  },
  {
    name: 'a chunk that becomes more than is allowed',
    format: 'rosbag',
    bytes: bag(compressedChunk('lz4', new Uint8Array(0xfff_ffff), Uint8Array.of(4, 0x22, 0x4d, 0x18))),
    code: 'CORRUPT_DATA',
  },
  ...[2 ** 62, 2 ** 40].map((length): BadFile => ({
    name: `a record of ${length} bytes`,
    ...{ format: 'mcap', code: length > Number.MAX_SAFE_INTEGER / 2 ? 'CORRUPT_DATA' : 'TOO_LARGE' },
    bytes: mcap(joinBytes(Uint8Array.of(4), new Uint8Array(BigUint64Array.of(BigInt(length)).buffer))),
  })),
];

describe('bad containers', () => {
  it.each(FILES)('$format: $name', async ({ name, format, bytes, code }) => {
    const open = (options: DecoderOptions): EventDecoder => OPEN[format](options);
    const sample = { name, bytes, open };
    for (const policy of ['strict', 'salvage'] as const) {
      const { code: ended } = runInput(sample, bytes, Infinity, { policy, sideChannels: deaf });
      if (policy === 'strict') expect(ended).toBe(code);
      runInput(sample, bytes, 700, { policy, sideChannels: deaf });
      const anywhere = await outcomeAnywhere(open({ policy }), bytes);
      if (policy === 'strict') expect(anywhere.fault?.code).toBe(code);
    }
  });
});
