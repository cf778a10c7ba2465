/** The messages of an object: what it is and has. Source: HDF5 File Format Specification 3.0, IV.A. */
import type { ByteTask } from '../../random-access.ts';
import { Cursor } from './cursor.ts';
import { checkSum, type Hdf5File } from './file-reader.ts';

/** Types of messages. */
export const MESSAGE = {
  dataspace: 1,
  linkInfo: 2,
  datatype: 3,
  link: 6,
  layout: 8,
  filters: 11,
  attribute: 12,
  continuation: 16,
  symbolTable: 17,
} as const;

/** A message of an object header. */
interface Message {
  readonly type: number;
  /** Whether it says where the message is, in place of what it says. */
  readonly isShared: boolean;
  readonly bytes: Uint8Array;
  readonly offset: number;
}

const PREFIX_BYTES = 16;
/** Of version 2: up to 34 bytes. */
const NEW_PREFIX_BYTES = 34;
const MAX_BLOCKS = 256;
const MAX_MESSAGES = 0x1_0000;

/** An object: a group or a dataset. */
export class Hdf5Object {
  readonly file: Hdf5File;
  readonly address: number;
  readonly #messages: readonly Message[];

  constructor(file: Hdf5File, address: number, messages: readonly Message[]) {
    this.file = file;
    this.address = address;
    this.#messages = messages;
  }

  /** The messages of a type. */
  *all(type: number, what: string): ByteTask<Cursor[]> {
    const cursors: Cursor[] = [];
    for (const message of this.#messages) {
      if (message.type !== type) continue;
      const cursor = new Cursor(message.bytes, message.offset, what);
      cursors.push(message.isShared ? yield* this.#shared(cursor, type, what) : cursor);
    }
    return cursors;
  }

  /** The first message of a type, `null` if there is none. */
  *first(type: number, what: string): ByteTask<Cursor | null> {
    return (yield* this.all(type, what))[0] ?? null;
  }

  has(type: number): boolean {
    return this.#messages.some((message) => message.type === type);
  }

  /** A message that another object has: a type with a name of its own. */
  *#shared(place: Cursor, type: number, what: string): ByteTask<Cursor> {
    const version = place.u8();
    const kind = place.u8();
    if (version === 1) place.skip(6);
    if (version === 3 && kind === 1)
      throw place.corrupt('lies in a table of shared messages, which is not read');
    const other = yield* readObject(this.file, place.u64());
    const message = other.#messages.find((candidate) => candidate.type === type && !candidate.isShared);
    if (message === undefined) throw place.corrupt('is said to be where it is not');
    return new Cursor(message.bytes, message.offset, what);
  }
}

/** Reads an object header. @throws EventFormatError */
export function* readObject(file: Hdf5File, address: number): ByteTask<Hdf5Object> {
  const what = 'An object header';
  const start = yield* file.read(address, PREFIX_BYTES, what);
  const messages: Message[] = [];
  const blocks: (readonly [address: number, length: number])[] = [];
  if (start.bytes[0] === 1) {
    start.skip(8);
    blocks.push([address + PREFIX_BYTES, start.u32()]);
    yield* readBlocks(file, blocks, messages, (cursor) => readOldMessages(cursor));
    return new Hdf5Object(file, address, messages);
  }
  start.signature('OHDR');
  start.skip(1);
  const flags = start.u8();
  const prefixBytes = 6 + ((flags & 0x20) === 0 ? 0 : 16) + ((flags & 0x10) === 0 ? 0 : 4);
  const sizeBytes = 2 ** (flags & 3);
  const prefix = yield* file.read(address, Math.min(NEW_PREFIX_BYTES, prefixBytes + sizeBytes), what);
  prefix.skip(prefixBytes);
  const length = prefixBytes + sizeBytes + prefix.uint(sizeBytes);
  const hasOrder = (flags & 4) !== 0;
  blocks.push([address, length + 4]);
  yield* readBlocks(file, blocks, messages, (cursor, isFirst) =>
    readNewMessages(cursor, isFirst ? prefixBytes + sizeBytes : 4, hasOrder),
  );
  return new Hdf5Object(file, address, messages);
}

function* readBlocks(
  file: Hdf5File,
  blocks: (readonly [address: number, length: number])[],
  messages: Message[],
  read: (cursor: Cursor, isFirst: boolean) => Message[],
): ByteTask<void> {
  // More are put behind while the first ones are read.
  for (let i = 0; i < blocks.length; i++) {
    const [address, length] = blocks[i]!;
    const cursor = yield* file.read(address, length, 'An object header');
    for (const message of read(cursor, i === 0)) {
      if (message.type === MESSAGE.continuation) {
        const place = new Cursor(message.bytes, message.offset, 'A continuation of an object header');
        blocks.push([place.u64(), place.u64()]);
      } else {
        messages.push(message);
      }
    }
    if (blocks.length > MAX_BLOCKS || messages.length > MAX_MESSAGES)
      throw cursor.corrupt('has continuations without an end', 0);
  }
}

function readOldMessages(cursor: Cursor): Message[] {
  const messages: Message[] = [];
  while (cursor.left >= 8) {
    const type = cursor.u16();
    const size = cursor.u16();
    const flags = cursor.u8();
    cursor.skip(3);
    messages.push(messageAt(cursor, type, size, flags));
  }
  return messages;
}

function readNewMessages(cursor: Cursor, start: number, hasOrder: boolean): Message[] {
  cursor.signature(start === 4 ? 'OCHK' : 'OHDR');
  const end = cursor.bytes.length - 4;
  if (end < start) throw cursor.corrupt('is shorter than its content');
  cursor.at = end;
  checkSum(cursor, 0);
  cursor.at = start;
  const messages: Message[] = [];
  const headBytes = hasOrder ? 6 : 4;
  // Fewer bytes than a message's head are a gap.
  while (end - cursor.at >= headBytes) {
    const type = cursor.u8();
    const size = cursor.u16();
    const flags = cursor.u8();
    if (hasOrder) cursor.skip(2);
    if (size > end - cursor.at) throw cursor.corrupt('has a message beyond its end');
    messages.push(messageAt(cursor, type, size, flags));
  }
  return messages;
}

function messageAt(cursor: Cursor, type: number, size: number, flags: number): Message {
  const { offset } = cursor;
  return { type, isShared: (flags & 2) !== 0, bytes: cursor.take(size), offset };
}
