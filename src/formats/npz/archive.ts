/** Members of a zip archive, inflated as its bytes arrive. */
import { Inflate, Unzip, UnzipPassThrough, type UnzipFile } from 'fflate';
import { SaccadeError } from '../../events/index.ts';

/** Takes the content of a member. */
export interface MemberSink {
  /** Returns false once it has what it wants: the rest of the member is not inflated. */
  write(bytes: Uint8Array): boolean;
  /** The member cannot be read on. */
  damaged(problem: string): void;
}

/** The part of an archive that the bytes ended in. */
export type ArchiveEnd = { readonly inside: string } | 'before the directory' | 'whole';

/**
 * The archive is read in blocks of this size, however it was cut: what damage does depends on the cuts in
 * fflate. A block inflates to 33 MiB at most, and holds about a thousand members, for each of which fflate
 * calls itself.
 */
const BLOCK_BYTES = 0x8000;
/** A deflate block without content may be as long as 64 KiB; what gives none for longer is behind the end. */
const MAX_BARREN_BYTES = 0x2_0000;
const STORED = 0;
const DEFLATED = 8;
/** Of the directory's end, `PK 05 06`. */
const END_MARK = [0x50, 0x4b, 0x05, 0x06];

/** Push reader over fflate's `Unzip`. Members come in the order of the archive; checksums are not looked at. */
export class ArchiveReader {
  readonly #open: (name: string) => MemberSink | null;
  readonly #broken: (problem: string) => void;
  readonly #unzip: Unzip;
  #block: Uint8Array = new Uint8Array(BLOCK_BYTES);
  #filled = 0;
  /** The block before, for an end mark that lies across. */
  #previous: Uint8Array = new Uint8Array(0);
  #current: string | null = null;
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
      const part = bytes.subarray(at, at + BLOCK_BYTES - this.#filled);
      this.#block.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === BLOCK_BYTES) this.#flush();
    }
  }

  /** No more bytes come: reads the rest, and says where they ended. */
  finish(): ArchiveEnd {
    this.#flush();
    if (this.#current !== null) return { inside: this.#current };
    return hasEndMark(this.#previous) ? 'whole' : 'before the directory';
  }

  #flush(): void {
    const block = this.#block.subarray(0, this.#filled);
    const tail = this.#previous.subarray(Math.max(0, this.#previous.length - BLOCK_BYTES));
    this.#previous = new Uint8Array(tail.length + block.length);
    this.#previous.set(tail);
    this.#previous.set(block, tail.length);
    // fflate keeps parts of it.
    this.#block = new Uint8Array(BLOCK_BYTES);
    this.#filled = 0;
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
    const member = memberReader(file.compression, this.#open(file.name));
    // The content comes as it is stored: fflate's own decoders cannot be stopped.
    this.#unzip.register(
      class extends UnzipPassThrough {
        static override compression = file.compression;
      },
    );
    this.#current = file.name;
    file.ondata = (_error, bytes, final) => {
      member?.push(bytes, final);
      if (final) this.#current = null;
    };
    file.start();
  }
}

interface MemberReader {
  push(bytes: Uint8Array, final: boolean): void;
}

function memberReader(compression: number, sink: MemberSink | null): MemberReader | null {
  if (sink === null) return null;
  if (compression === DEFLATED) return new InflatedMember(sink);
  if (compression === STORED) return { push: (bytes) => sink.write(bytes) };
  sink.damaged(`it is compressed by method ${compression}; only deflate is read`);
  return null;
}

/** Inflates until the sink has enough or the data are damaged. */
class InflatedMember implements MemberReader {
  readonly #sink: MemberSink;
  readonly #inflate: Inflate;
  #ended = false;
  /** Bytes taken since the last content. */
  #barren = 0;
  /** A fault of the sink, which must not be taken for one of the data. */
  #failure: unknown;

  constructor(sink: MemberSink) {
    this.#sink = sink;
    this.#inflate = new Inflate((bytes) => {
      if (bytes.length === 0) return;
      this.#barren = 0;
      try {
        this.#ended = !sink.write(bytes);
      } catch (error) {
        this.#failure = error;
        throw error;
      }
    });
  }

  push(bytes: Uint8Array, final: boolean): void {
    if (this.#ended) return;
    this.#barren += bytes.length;
    try {
      this.#inflate.push(bytes, final);
    } catch (error) {
      if (this.#failure !== undefined) throw error;
      this.#ended = true;
      this.#sink.damaged((error as Error).message);
      return;
    }
    if (this.#barren > MAX_BARREN_BYTES) {
      this.#ended = true;
      this.#sink.damaged('its compressed data end early');
    }
  }
}

function hasEndMark(bytes: Uint8Array): boolean {
  for (let at = bytes.length - 4; at >= 0; at--) {
    if (END_MARK.every((byte, i) => bytes[at + i] === byte)) return true;
  }
  return false;
}
