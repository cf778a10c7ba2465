import type { ArchiveOptions } from './archive.ts';
import { isArchiveName, withoutArchiveExtension } from './archive-kinds.ts';
import { openArchive, openSource } from './open-source.ts';
import { compareNatural, type RecordingEntry, type RecordingSource, type UnreadArchive } from './source.ts';
import { listUnlessBad } from './unread-archive.ts';

/** What a {@link TreeSource} may be told. */
export interface TreeOptions extends ArchiveOptions {
  /** Leave archives in it out that cannot be read, and name them in `unread`. */
  readonly skipBad?: boolean;
}

/**
 * A folder or an archive, and where it holds no recordings but archives, what these hold: an archive is a folder of its name, and one
 * that holds a folder of its name is that. Archives beside recordings are not looked into: they may hold the same ones.
 */
export class TreeSource implements RecordingSource {
  readonly path: string;
  readonly #root: RecordingSource;
  readonly #isRecording: (id: string) => boolean;
  readonly #options: TreeOptions;
  readonly #inner: RecordingSource[] = [];
  #unread: UnreadArchive[] = [];

  /** @param isRecording tells recordings by their names. */
  constructor(location: string, isRecording: (id: string) => boolean, options: TreeOptions) {
    this.path = location;
    this.#root = openSource(location, options);
    this.#isRecording = isRecording;
    this.#options = options;
  }

  get unread(): readonly UnreadArchive[] {
    return this.#unread;
  }

  async list(): Promise<RecordingEntry[]> {
    this.#unread = [];
    return (await this.#lookInto(await this.#root.list())).sort((a, b) => compareNatural(a.id, b.id));
  }

  async close(): Promise<void> {
    await Promise.all([this.#root, ...this.#inner].map((source) => source.close()));
  }

  async #lookInto(entries: readonly RecordingEntry[]): Promise<RecordingEntry[]> {
    if (entries.some(({ id }) => this.#isRecording(id))) return [...entries];
    const found: RecordingEntry[] = [];
    for (const entry of entries) {
      if (!isArchiveName(entry.id)) {
        found.push(entry);
        continue;
      }
      const source = openArchive(entry.location, this.#options);
      this.#inner.push(source);
      const { entries: members, unread } = await listUnlessBad(
        source,
        entry.id,
        this.#options.skipBad ?? false,
      );
      if (unread !== null) this.#unread.push(unread);
      // One by one: arguments of a call are bounded.
      for (const member of named(entry.id, await this.#lookInto(members))) found.push(member);
    }
    return found;
  }
}

/** Members with ids from the folder on that an archive lies in. */
function named(archive: string, members: readonly RecordingEntry[]): RecordingEntry[] {
  const folder = `${withoutArchiveExtension(archive)}/`;
  const name = folder.slice(archive.lastIndexOf('/') + 1);
  const isFolder = members.every(({ id }) => id.startsWith(name));
  const prefix = isFolder ? folder.slice(0, -name.length) : folder;
  return members.map((member) => ({ ...member, id: prefix + member.id }));
}
