import { DatasetError } from '../errors.ts';
import { fileChunks } from './file-chunks.ts';
import { fileSource, openFileSource } from './file-source.ts';
import { reusedChunks } from './reused-chunks.ts';
import { readTarMembers, type TarMember } from './tar-members.ts';
import {
  compareNatural,
  isHidden,
  type ClosableSource,
  type RecordingEntry,
  type RecordingSource,
} from './source.ts';

/** All files of a tar archive but hidden ones, read in place: a member is a stretch of the archive. */
export class TarSource implements RecordingSource {
  readonly path: string;
  readonly #file: string;

  /** @param location as the archive is called, where its file is another. */
  constructor(file: string, location: string = file) {
    this.path = location;
    this.#file = file;
  }

  /** @throws DatasetError `NOT_FOUND`, `BAD_ARCHIVE`, `UNSAFE_NAME` */
  async list(): Promise<RecordingEntry[]> {
    const source = await openFileSource(this.#file);
    try {
      const members = await readTarMembers(source, this.path);
      return members
        .filter(({ name }) => !isHidden(name))
        .map((member) => this.#entryOf(member))
        .sort((a, b) => compareNatural(a.id, b.id));
    } finally {
      await source.close();
    }
  }

  async close(): Promise<void> {}

  #entryOf({ name, byteOffset, bytes, problem }: TarMember): RecordingEntry {
    const location = `${this.path}!${name}`;
    const entry = { id: name, bytes, location };
    if (problem !== undefined) return { ...entry, open: () => refused(location, problem) };
    const file = this.#file;
    const end = byteOffset + bytes;
    return {
      ...entry,
      open: () => whole(fileChunks(file, byteOffset, end), bytes, location),
      openReused: () => whole(reusedChunks(file, byteOffset, end), bytes, location),
      openAnywhere: () => stretchSource(fileSource(file, end), byteOffset),
    };
  }
}

async function* refused(location: string, problem: string): AsyncGenerator<Uint8Array, void, undefined> {
  throw new DatasetError('BAD_ARCHIVE', location, `The member ${problem}. Unpack the archive to have it.`);
}

/** The chunks of a member, which must all be there: the archive may have been cut since it was listed. */
async function* whole(
  chunks: AsyncIterable<Uint8Array>,
  bytes: number,
  location: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  let left = bytes;
  for await (const chunk of chunks) {
    left -= chunk.length;
    yield chunk;
  }
  if (left !== 0)
    throw new DatasetError('BAD_ARCHIVE', location, `The archive ends ${left} bytes before its member does.`);
}

/** From a place of a source on. */
function stretchSource(source: ClosableSource, byteOffset: number): ClosableSource {
  return {
    size: source.size - byteOffset,
    read: (offset, length) => source.read(byteOffset + offset, length),
    chunks: (start, end) => source.chunks(byteOffset + start, byteOffset + end),
    close: () => source.close(),
  };
}
