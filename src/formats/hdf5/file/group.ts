/** Members of a group. Source: HDF5 File Format Specification 3.0, III.A to III.D, IV.A.2.g. */
import { EventFormatError } from '../../errors.ts';
import type { ByteTask } from '../../random-access.ts';
import { Cursor, latin } from './cursor.ts';
import { REPACK, type Hdf5File } from './file-reader.ts';
import { MESSAGE, type Hdf5Object } from './object-header.ts';

/** Addresses of the members' object headers by their names. */
export type Members = ReadonlyMap<string, number>;

const NODE_HEAD_BYTES = 24;
const SYMBOL_BYTES = 40;
const HARD = 0;
/** So many more members are as good as none: nobody is to look at each of the images beside the events. */
const MAX_MEMBERS = 4096;

/** Whether an object has members. */
export function isGroup(object: Hdf5Object): boolean {
  return object.has(MESSAGE.symbolTable) || object.has(MESSAGE.linkInfo) || object.has(MESSAGE.link);
}

/** The first {@link MAX_MEMBERS} members of a group, links to other places left out. @throws EventFormatError */
export function* readMembers(group: Hdf5Object): ByteTask<Members> {
  const members = new Map<string, number>();
  const { file } = group;
  const table = yield* group.first(MESSAGE.symbolTable, 'A symbol table');
  if (table !== null) {
    const tree = table.u64();
    const heap = yield* readHeap(file, table.u64());
    yield* readTree(file, tree, heap, members, Infinity);
  }
  for (const cursor of yield* group.all(MESSAGE.link, 'A link')) readLink(cursor, members);
  const info = yield* group.first(MESSAGE.linkInfo, 'The information of links');
  if (info !== null) {
    info.skip(1);
    if ((info.u8() & 1) !== 0) info.skip(8);
    const at = info.offset;
    if (info.address() !== null) {
      throw new EventFormatError(
        'UNSUPPORTED_FORMAT',
        at,
        `A group of the file keeps its members in a fractal heap, which is not read. ${REPACK}`,
      );
    }
  }
  return members;
}

function* readHeap(file: Hdf5File, address: number): ByteTask<Cursor> {
  const head = yield* file.read(address, 32, 'A local heap');
  head.signature('HEAP');
  head.skip(4);
  const length = head.u64();
  head.skip(8);
  return yield* file.read(head.u64(), length, 'A local heap');
}

/** Levels fall towards the leaves, so that a circle of nodes ends. */
function* readTree(
  file: Hdf5File,
  address: number,
  heap: Cursor,
  members: Map<string, number>,
  below: number,
): ByteTask<void> {
  const what = 'The tree of a group';
  const head = yield* file.read(address, NODE_HEAD_BYTES, what);
  head.signature('TREE');
  const type = head.u8();
  const level = head.u8();
  const count = head.u16();
  if (type !== 0 || level >= below)
    throw head.corrupt('has a node of another kind or level than belongs there', 0);
  const node = yield* file.read(address + NODE_HEAD_BYTES, 16 * count, what);
  for (let i = 0; i < count && members.size < MAX_MEMBERS; i++) {
    node.skip(8);
    const child = node.u64();
    const before = members.size;
    if (level > 0) yield* readTree(file, child, heap, members, level);
    else yield* readSymbols(file, child, heap, members);
    // Each node has members of its own: where nothing comes, nodes repeat.
    if (members.size === before) throw node.corrupt('has a node without members, or one twice');
  }
}

function* readSymbols(
  file: Hdf5File,
  address: number,
  heap: Cursor,
  members: Map<string, number>,
): ByteTask<void> {
  const what = 'A node of symbols';
  const head = yield* file.read(address, 8, what);
  head.signature('SNOD');
  head.skip(2);
  const count = head.u16();
  const node = yield* file.read(address + 8, SYMBOL_BYTES * count, what);
  for (let i = 0; i < count; i++) {
    heap.at = Math.min(node.u64(), heap.bytes.length);
    const target = node.address();
    const kind = node.u32();
    node.skip(20);
    // Kind 2 is a link to a path.
    if (kind !== 2 && target !== null) members.set(heap.zeroEnded(), target);
  }
}

function readLink(cursor: Cursor, members: Map<string, number>): void {
  cursor.skip(1);
  const flags = cursor.u8();
  const type = (flags & 8) === 0 ? HARD : cursor.u8();
  if ((flags & 4) !== 0) cursor.skip(8);
  if ((flags & 16) !== 0) cursor.skip(1);
  const name = latin(cursor.take(cursor.uint(2 ** (flags & 3))));
  if (type === HARD && members.size < MAX_MEMBERS) members.set(name, cursor.u64());
}
