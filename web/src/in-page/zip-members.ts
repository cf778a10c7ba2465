/** The members of a zip archive, one after the other, as the archive is read. */
import { ArchiveReader } from '../../../src/formats/npz/archive.ts';
import type { MemberSink } from '../../../src/formats/npz/member-reader.ts';
import { isHidden } from '../../../datasets/sources/source.ts';

/** A member that was read, or why it was not. */
export type ZipMember =
  | { readonly path: string; readonly chunks: readonly Uint8Array[] }
  | { readonly path: string; readonly problem: string };

/** Largest member, inflated: it is held in memory while it plays. */
export const MAX_MEMBER_BYTES: number = 256 * 1024 * 1024;

/**
 * Reads an archive from front to back; only the members of the block in hand are in memory. Folders and hidden
 * members are left out. What is damaged, too large or cut off is told in its place.
 *
 * @param isWanted others are passed over without being inflated.
 */
export async function* zipMembers(
  archive: AsyncIterable<Uint8Array>,
  isWanted: (path: string) => boolean,
  maxBytes: number = MAX_MEMBER_BYTES,
): AsyncGenerator<ZipMember, void, undefined> {
  const collector = new MemberCollector(isWanted, maxBytes);
  for await (const chunk of archive) {
    collector.push(chunk);
    yield* collector.take();
  }
  collector.finish();
  yield* collector.take();
}

/** Push class: bytes of the archive in, whole members out. */
class MemberCollector {
  readonly #isWanted: (path: string) => boolean;
  readonly #maxBytes: number;
  readonly #reader: ArchiveReader;
  #open: OpenMember | undefined;
  #whole: ZipMember[] = [];

  constructor(isWanted: (path: string) => boolean, maxBytes: number) {
    this.#isWanted = isWanted;
    this.#maxBytes = maxBytes;
    this.#reader = new ArchiveReader(
      (path) => this.#begin(path),
      (problem) => {
        this.#open = undefined;
        this.#whole.push({ path: '', problem: `the archive is damaged: ${problem}` });
      },
    );
  }

  push(bytes: Uint8Array): void {
    this.#reader.push(bytes);
  }

  /** The members that are complete since the last call. */
  take(): ZipMember[] {
    const whole = this.#whole;
    this.#whole = [];
    return whole;
  }

  finish(): void {
    const end = this.#reader.finish();
    if (typeof end === 'object' && 'inside' in end) {
      if (this.#open !== undefined) this.#open.problem ??= 'the archive ends inside it';
      else this.#whole.push({ path: end.inside, problem: 'the archive ends inside it' });
    }
    this.#close();
    if (typeof end === 'object' && 'altered' in end) {
      for (const path of end.altered)
        this.#whole.push({
          path,
          problem: 'has another checksum than the archive states: what was read of it is damaged',
        });
    }
    if (end === 'before the directory')
      this.#whole.push({
        path: '',
        problem: 'the archive ends before its directory: members may be missing',
      });
  }

  /** A member ends where the next begins. */
  #begin(path: string): MemberSink | null {
    this.#close();
    if (path.endsWith('/') || isHidden(path) || !this.#isWanted(path)) return null;
    this.#open = new OpenMember(path, this.#maxBytes);
    return this.#open;
  }

  #close(): void {
    if (this.#open !== undefined) this.#whole.push(this.#open.result());
    this.#open = undefined;
  }
}

class OpenMember implements MemberSink {
  readonly #path: string;
  readonly #maxBytes: number;
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  problem: string | undefined;

  constructor(path: string, maxBytes: number) {
    this.#path = path;
    this.#maxBytes = maxBytes;
  }

  announced(): null {
    return null;
  }

  write(bytes: Uint8Array): boolean {
    if (this.problem !== undefined) return false;
    this.#bytes += bytes.length;
    if (this.#bytes > this.#maxBytes) {
      this.#chunks = [];
      this.problem = `is larger than ${Math.floor(this.#maxBytes / 2 ** 20)} MiB, the most that the page inflates; unpack it and open it by itself`;
      return false;
    }
    // The reader may use its arrays again.
    this.#chunks.push(bytes.slice());
    return true;
  }

  damaged(problem: string): void {
    this.problem ??= `is damaged in the archive: ${problem}`;
  }

  result(): ZipMember {
    if (this.problem !== undefined) return { path: this.#path, problem: this.problem };
    return { path: this.#path, chunks: this.#chunks };
  }
}
