/** What a tar archive holds and where: headers of V7, ustar, GNU and pax are read, contents are passed over. */
import { once } from 'node:events';
import { extract, type Extract } from 'tar-stream';
import type { RandomAccessSource } from '../../src/formats/index.ts';
import {
  isPlainTarHeader,
  TAR_BLOCK_BYTES as BLOCK_BYTES,
  withTarMagic,
} from '../../src/formats/compression/tar-header.ts';
import { DatasetError } from '../errors.ts';

/** A file of a tar archive. */
export interface TarMember {
  /** Path with `/` between parts. */
  readonly name: string;
  /** Place of the content in the archive. */
  readonly byteOffset: number;
  readonly bytes: number;
  /** Why it cannot be read: follows its name. */
  readonly problem?: string;
}

/** What tar-stream makes of a header; `type` is null for one that it does not know. */
interface Header {
  readonly name: string;
  readonly type: string | null;
  readonly size: number;
  readonly linkname: string | null;
  readonly pax: Readonly<Record<string, string>> | null;
}

/** Nothing, in place of contents, which need not be read to find what follows them. */
const NOTHING: Uint8Array = new Uint8Array(1 << 18);
const TYPE_AT = 156;
const OLD_SPARSE = 'S'.charCodeAt(0);
/** Whether a block more of an old sparse member's map follows: in its header, and in each such block. */
const MAP_GOES_ON_AT = 482;
const MAP_GOES_ON_FURTHER_AT = 504;
const CONTENTS = new Set<string | null>(['file', 'contiguous-file']);

/**
 * The members of a tar archive, without folders. Of members of one name the last one counts, as tar writes it over the others. A
 * member that is no file of its own (a symbolic link, a device, a sparse file) has a `problem`; a hard link has the content
 * of what it names.
 *
 * @throws DatasetError `BAD_ARCHIVE`: it is none, is damaged or is cut, also between two members; `UNSAFE_NAME` for a name that
 * points outside.
 */
export async function readTarMembers(source: RandomAccessSource, location: string): Promise<TarMember[]> {
  const headers = new HeaderReader();
  const members = new Map<string, TarMember>();
  let at = 0;
  const bad = (problem: string, cause?: unknown): DatasetError =>
    new DatasetError('BAD_ARCHIVE', location, `The tar archive cannot be read: ${problem}.`, { cause });
  for (let end = 0; ;) {
    if (at >= source.size) {
      // A cut between two members leaves nothing else to see.
      if (source.size < end + BLOCK_BYTES) throw bad(`it is cut: it ends at byte ${at} without an end mark`);
      return [...members.values()];
    }
    const block = new Uint8Array(await source.read(at, BLOCK_BYTES));
    if (block.length < BLOCK_BYTES) throw bad(`it is cut inside the header at byte ${at}`);
    let header: Header | undefined;
    try {
      header = await headers.push(block);
    } catch (cause) {
      throw bad(`the header at byte ${at} is damaged, or it is none (${(cause as Error).message})`, cause);
    }
    at += BLOCK_BYTES;
    if (header === undefined) {
      if (isZero(block)) at = await skipZeros(source, at);
      else end = at;
      continue;
    }
    at += await mapBytes(source, block, at);
    const name = safeName(sparseName(header) ?? header.name, location);
    const bytes = header.type === 'directory' ? 0 : header.size;
    if (!(bytes >= 0)) throw bad(`"${name}" states a length of ${bytes} bytes`);
    end = at + paddedBytes(bytes);
    if (at + bytes > source.size)
      throw bad(`"${name}" must have ${bytes} bytes from byte ${at} on, and the archive has ${source.size}`);
    if (header.type !== 'directory' && !name.endsWith('/')) {
      members.delete(name);
      members.set(name, memberOf(header, isSparse(block, header), { name, byteOffset: at, bytes }, members));
    }
    at = end;
    await headers.pass(paddedBytes(bytes));
  }
}

function memberOf(
  header: Header,
  isSparse: boolean,
  member: TarMember,
  earlier: ReadonlyMap<string, TarMember>,
): TarMember {
  const { type, linkname } = header;
  if (isSparse) return { ...member, problem: 'is sparse, with holes that are not stored' };
  if (CONTENTS.has(type)) return member;
  if (type === 'link') {
    const { byteOffset, bytes, problem } = earlier.get(plainName(linkname ?? '')) ?? {};
    if (byteOffset !== undefined && bytes !== undefined)
      return { name: member.name, byteOffset, bytes, ...(problem !== undefined && { problem }) };
  }
  if (type === 'link' || type === 'symlink')
    return { ...member, problem: `is a link to "${linkname}", which is not followed` };
  return { ...member, problem: `is no file but ${type === null ? 'of a kind of its own' : `a ${type}`}` };
}

function isSparse(block: Uint8Array, header: Header): boolean {
  return (
    block[TYPE_AT] === OLD_SPARSE ||
    Object.keys(header.pax ?? {}).some((key) => key.startsWith('GNU.sparse.'))
  );
}

function sparseName(header: Header): string | undefined {
  return header.pax?.['GNU.sparse.name'];
}

/** Length of the blocks that stand between an old sparse member's header and its content. */
async function mapBytes(source: RandomAccessSource, header: Uint8Array, start: number): Promise<number> {
  if (header[TYPE_AT] !== OLD_SPARSE) return 0;
  let bytes = 0;
  for (let goesOn = header[MAP_GOES_ON_AT]; goesOn !== undefined && goesOn !== 0;) {
    const block = await source.read(start + bytes, BLOCK_BYTES);
    bytes += BLOCK_BYTES;
    goesOn = block[MAP_GOES_ON_FURTHER_AT];
  }
  return bytes;
}

/** The next block that is not all zeros: behind the end mark there may be another archive, as `cat` makes them. */
async function skipZeros(source: RandomAccessSource, start: number): Promise<number> {
  for (let at = start; at < source.size; at += NOTHING.length) {
    const bytes = await source.read(at, NOTHING.length);
    const found = bytes.findIndex((byte) => byte !== 0);
    if (found >= 0) return at + found - (found % BLOCK_BYTES);
  }
  return source.size;
}

function isZero(block: Uint8Array): boolean {
  return block.every((byte) => byte === 0);
}

/** @throws DatasetError `UNSAFE_NAME` */
function safeName(name: string, location: string): string {
  const outside =
    name.startsWith('/') || /^[a-z]:/i.test(name) || name.includes('\\') || name.split('/').includes('..');
  if (outside)
    throw new DatasetError('UNSAFE_NAME', location, `The tar archive names "${name}", outside of itself.`);
  return plainName(name);
}

/** Without the `./` that `tar c .` writes. */
function plainName(name: string): string {
  const plain = name
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/');
  return name.endsWith('/') ? `${plain}/` : plain;
}

function paddedBytes(bytes: number): number {
  return Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES;
}

/** tar-stream, which takes an archive from its start, without the contents. */
class HeaderReader {
  /** Says of each write when it was taken. */
  readonly #archive = extract({ highWaterMark: 0 }) as Extract & {
    readonly destroying: boolean;
  };
  #found: Header | undefined;
  #failure: Error | undefined;

  constructor() {
    this.#archive.on('error', (error: Error) => {
      this.#failure = error;
    });
    this.#archive.on('entry', (header, content, next) => {
      this.#found = header as Header;
      content.on('end', next);
      content.resume();
    });
  }

  /** Takes a block. @returns the header of the member whose content follows, once it is whole. @throws what is wrong with it. */
  async push(block: Uint8Array): Promise<Header | undefined> {
    this.#found = undefined;
    // tar-stream knows no V7.
    await this.#write(isPlainTarHeader(block) ? withTarMagic(block) : block);
    return this.#found;
  }

  /** Passes over a content. */
  async pass(bytes: number): Promise<void> {
    for (let left = bytes; left > 0; left -= NOTHING.length) await this.#write(NOTHING.subarray(0, left));
  }

  async #write(bytes: Uint8Array): Promise<void> {
    if (!this.#archive.write(bytes)) await once(this.#archive, 'drain');
    if (!this.#archive.destroying) return;
    if (!this.#archive.destroyed) await once(this.#archive, 'close');
    throw this.#failure ?? new Error('it is closed');
  }
}
