/** The content of a member, inflated as it arrives or, where that is faster, when all of it is there. */
import { Inflate } from 'fflate';
import { joinBytes } from '../bytes.ts';
import { crc32 } from '../compression/crc32.ts';
import { inflateHead, inflateWhole } from '../compression/inflate.ts';

/** Takes the content of a member. */
export interface MemberSink {
  /**
   * How many bytes there are, as the first ones announce; `null` if they do not say it, or more than are to be inflated
   * at once. The bytes come again with `write`, unless they were damaged.
   */
  announced(head: Uint8Array): number | null;
  /**
   * Returns false once it has what it wants: the rest of the member is not inflated.
   *
   * @param mayKeep whether the memory is nobody else's.
   */
  write(bytes: Uint8Array, mayKeep: boolean): boolean;
  /** The member cannot be read on. */
  damaged(problem: string): void;
}

/** Reads a member. */
export interface MemberReader {
  /** Of the content; `null` unless all of it was looked at. */
  readonly crc32: number | null;
  push(bytes: Uint8Array, final: boolean): void;
  /** No more bytes come, though some are missing. */
  cut(): void;
}

/** A deflate block without content may be as long as 64 KiB; what gives none for longer is behind the end. */
const MAX_BARREN_BYTES = 0x2_0000;
/** So much of a member is looked at for how much is to come. */
const HEAD_BYTES = 1024;
const STORED = 0;
const DEFLATED = 8;

/** `null` for a compression that is not read, which the sink is told. */
export function memberReader(compression: number, sink: MemberSink): MemberReader | null {
  if (compression === DEFLATED) return new GatheredMember(sink);
  if (compression === STORED) return new StoredMember(sink);
  sink.damaged(`it is compressed by method ${compression}; only deflate is read`);
  return null;
}

/** Hands content on and keeps its checksum, until the sink has enough. */
class Content {
  readonly #sink: MemberSink;
  #wanted = true;
  #crc32 = 0;

  constructor(sink: MemberSink) {
    this.#sink = sink;
  }

  get isWanted(): boolean {
    return this.#wanted;
  }

  get crc32(): number | null {
    return this.#wanted ? this.#crc32 : null;
  }

  write(bytes: Uint8Array, mayKeep: boolean): void {
    if (!this.#wanted) return;
    this.#crc32 = crc32(bytes, this.#crc32);
    this.#wanted = this.#sink.write(bytes, mayKeep);
  }
}

class StoredMember implements MemberReader {
  readonly #content: Content;
  #isWhole = false;

  constructor(sink: MemberSink) {
    this.#content = new Content(sink);
  }

  get crc32(): number | null {
    return this.#isWhole ? this.#content.crc32 : null;
  }

  push(bytes: Uint8Array, final: boolean): void {
    this.#content.write(bytes, false);
    this.#isWhole = final;
  }

  cut(): void {
    // Nothing was held back.
  }
}

/** Inflates with fflate as bytes come, until the sink has enough or the data are damaged. */
class InflatedMember implements MemberReader {
  readonly #sink: MemberSink;
  readonly #content: Content;
  readonly #inflate: Inflate;
  #isWhole = false;
  #ended = false;
  /** Bytes taken since the last content. */
  #barren = 0;
  /** A fault of the sink, which must not be taken for one of the data. */
  #failure: unknown;

  constructor(sink: MemberSink) {
    this.#sink = sink;
    this.#content = new Content(sink);
    this.#inflate = new Inflate((bytes, final) => {
      this.#isWhole = final;
      if (bytes.length === 0) return;
      this.#barren = 0;
      try {
        this.#content.write(bytes, false);
        this.#ended = !this.#content.isWanted;
      } catch (error) {
        this.#failure = error;
        throw error;
      }
    });
  }

  get crc32(): number | null {
    return this.#isWhole ? this.#content.crc32 : null;
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

  cut(): void {
    // Nothing was held back.
  }
}

/**
 * Gathers a member, to inflate it at once with Node's zlib. Whatever stands against that is left to fflate, which gets
 * the same parts: no zlib, more bytes than what is wanted can come from, data that are damaged or cut.
 */
class GatheredMember implements MemberReader {
  readonly #sink: MemberSink;
  #parts: Uint8Array[] = [];
  #gathered = 0;
  /** Most bytes to gather; as long as it is not known, the first ones. */
  #most: number | undefined;
  #wanted = 0;
  #streamed: InflatedMember | undefined;
  #crc32: number | null = null;

  constructor(sink: MemberSink) {
    this.#sink = sink;
  }

  get crc32(): number | null {
    return this.#streamed === undefined ? this.#crc32 : this.#streamed.crc32;
  }

  push(bytes: Uint8Array, final: boolean): void {
    if (this.#streamed !== undefined) {
      this.#streamed.push(bytes, final);
      return;
    }
    this.#parts.push(bytes);
    this.#gathered += bytes.length;
    if (this.#most === undefined && (final || this.#gathered >= HEAD_BYTES)) this.#lookAtHead();
    if (this.#gathered > (this.#most ?? HEAD_BYTES)) this.#stream(final);
    else if (final && !this.#inflate()) this.#stream(true);
  }

  cut(): void {
    if (this.#streamed === undefined) this.#stream(false);
  }

  #lookAtHead(): void {
    const head = inflateHead(joinBytes(this.#parts));
    const wanted = head === null ? null : this.#sink.announced(head);
    this.#wanted = wanted ?? 0;
    // Deflate adds less than a thousandth to what it cannot compress.
    this.#most = wanted === null ? -1 : 1.001 * wanted + MAX_BARREN_BYTES;
  }

  #inflate(): boolean {
    const content = inflateWhole(this.#parts, this.#wanted);
    if (content === null) return false;
    this.#parts = [];
    this.#crc32 = crc32(content);
    this.#sink.write(content, true);
    return true;
  }

  #stream(final: boolean): void {
    const streamed = new InflatedMember(this.#sink);
    this.#streamed = streamed;
    const parts = this.#parts;
    this.#parts = [];
    parts.forEach((part, i) => {
      streamed.push(part, final && i === parts.length - 1);
    });
  }
}
