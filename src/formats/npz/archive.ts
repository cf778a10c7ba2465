/** Members of a zip archive, inflated as its bytes arrive. */
import { Unzip, UnzipPassThrough, type UnzipFile } from 'fflate';
import { SaccadeError } from '../../events/index.ts';
import { copyBytes, joinBytes } from '../bytes.ts';
import { directoryChecksums } from './directory.ts';
import { memberReader, type MemberReader, type MemberSink } from './member-reader.ts';

/** The part of an archive that the bytes ended in; of a whole one, members whose content has another checksum. */
export type ArchiveEnd =
  { readonly inside: string } | 'before the directory' | { readonly altered: readonly string[] };

/**
 * The archive is read in blocks of this size, but for long content that is stored, however it was cut: what damage does
 * depends on the cuts in fflate. A block inflates to 33 MiB at most, and holds about a thousand members, for each of which fflate
 * calls itself.
 */
const BLOCK_BYTES = 0x8000;
const STORED = 0;
/** Blocks behind the last member that are kept, for the directory: of 200,000 members. */
const MOST_TAIL_BLOCKS = 1024;

/** Push reader over fflate's `Unzip`, which does not look at checksums. Members come in the order of the archive. */
export class ArchiveReader {
  readonly #open: (name: string) => MemberSink | null;
  readonly #broken: (problem: string) => void;
  readonly #unzip: Unzip;
  readonly #block = new Uint8Array(BLOCK_BYTES);
  #filled = 0;
  /** Blocks from that on in which the last member ends, and the one before it: the directory is in them. */
  readonly #tail: Uint8Array[] = [];
  #current: string | null = null;
  /** Bytes to come that are content of a member and can be handed on as they are. */
  #direct = 0;
  /** Of the member that is being read; nothing of those before is held. */
  #reader: MemberReader | null = null;
  readonly #checksums: { readonly name: string; readonly crc32: number }[] = [];
  #isBroken = false;

  /**
   * @param open called for each member; `null` passes it over without inflating it.
   * @param broken called when the archive cannot be read on.
   */
  constructor(open: (name: string) => MemberSink | null, broken: (problem: string) => void) {
    this.#open = open;
    this.#broken = broken;
    this.#unzip = new Unzip((file) => {
      this.#start(file);
    });
  }

  /** The bytes are copied. */
  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      if (this.#direct > 0) {
        const content = bytes.subarray(at, at + this.#direct);
        at += content.length;
        this.#tail.length = 0;
        this.#unzip.push(content);
        continue;
      }
      const part = bytes.subarray(at, at + BLOCK_BYTES - this.#filled);
      at += part.length;
      if (part.length === BLOCK_BYTES) {
        this.#read(part);
        continue;
      }
      this.#block.set(part, this.#filled);
      this.#filled += part.length;
      if (this.#filled === BLOCK_BYTES) this.#flush();
    }
  }

  /** No more bytes come: reads the rest, and says where they ended. */
  finish(): ArchiveEnd {
    this.#flush();
    if (this.#current !== null) {
      this.#reader?.cut();
      return { inside: this.#current };
    }
    const checksums = directoryChecksums(joinBytes(this.#tail));
    if (checksums === null) return 'before the directory';
    const altered = this.#checksums.filter(({ name, crc32 }) => checksums.get(name)?.has(crc32) === false);
    return { altered: altered.map(({ name }) => name) };
  }

  #flush(): void {
    this.#read(this.#block.subarray(0, this.#filled));
    this.#filled = 0;
  }

  #read(bytes: Uint8Array): void {
    // fflate keeps parts of it.
    const block = copyBytes(bytes);
    this.#tail.push(block);
    const most = this.#current === null ? MOST_TAIL_BLOCKS : 2;
    if (this.#tail.length > most) this.#tail.splice(0, this.#tail.length - most);
    if (this.#isBroken) return;
    try {
      this.#unzip.push(block);
    } catch (error) {
      if (error instanceof SaccadeError) throw error;
      this.#isBroken = true;
      this.#current = null;
      this.#broken((error as Error).message);
    }
  }

  #start(file: UnzipFile): void {
    const sink = this.#open(file.name);
    const member = sink === null ? null : memberReader(file.compression, sink);
    // The content comes as it is stored: fflate's own decoders cannot be stopped.
    this.#unzip.register(
      class extends UnzipPassThrough {
        static override compression = file.compression;
      },
    );
    this.#current = file.name;
    // Of content whose length is known and that is not held back, fflate keeps nothing.
    const isDirect = member === null || file.compression === STORED;
    let left = file.size ?? 0;
    this.#reader = member;
    file.ondata = (_error, bytes, final) => {
      left -= bytes.length;
      this.#direct = isDirect && !final ? left : 0;
      member?.push(bytes, final);
      if (!final) return;
      const crc32 = member?.crc32 ?? null;
      if (crc32 !== null) this.#checksums.push({ name: file.name, crc32 });
      this.#reader = null;
      this.#current = null;
    };
    file.start();
  }
}
