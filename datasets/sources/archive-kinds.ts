/** The one list of archives. */
import type { OpenArchive } from './archive.ts';
import { LazySource } from './lazy-source.ts';
import { ZipSource } from './zip-source.ts';

/** What an archive may be packed in as a whole; `unpacked-file.ts` unpacks it. */
export type PackingName = 'gzip' | 'zstd';

/** A kind of archives. */
export interface ArchiveKind {
  /** What their names end with, lower case, with the dot. */
  readonly extensions: readonly string[];
  /** What they are packed in as a whole: then they cannot be read at any place until they are unpacked. */
  readonly packing?: PackingName;
  /** Whether their members are recordings by number, which nobody looks for in a folder. */
  readonly isNumbered?: true;
  readonly open: OpenArchive;
}

const openZip: OpenArchive = ({ file, location }, options) => new ZipSource(file, options, location);
// Loaded here: every command opens recordings, and few of them are in such archives.
const openTar: OpenArchive = ({ file, location }) =>
  new LazySource(location, async () => new (await import('./tar-source.ts')).TarSource(file, location));
const openSpikes: OpenArchive = ({ file, location }) =>
  new LazySource(location, async () =>
    (await import('./spikes-source.ts')).SpikesSource.open(file, location),
  );

const archiveKinds: readonly ArchiveKind[] = [
  { extensions: ['.zip'], open: openZip },
  { extensions: ['.tar'], open: openTar },
  { extensions: ['.tar.gz', '.tgz'], packing: 'gzip', open: openTar },
  { extensions: ['.tar.zst', '.tar.zstd', '.tzst'], packing: 'zstd', open: openTar },
  { extensions: ['.h5', '.hdf5'], isNumbered: true, open: openSpikes },
  { extensions: ['.h5.gz', '.hdf5.gz'], isNumbered: true, packing: 'gzip', open: openSpikes },
];

/** The kind of an archive of that name; `null` for another file. */
export function archiveKindOf(location: string): ArchiveKind | null {
  const lower = location.toLowerCase();
  return archiveKinds.find(({ extensions }) => extensions.some((ending) => lower.endsWith(ending))) ?? null;
}

/** Whether a name is that of an archive of files. */
export function isArchiveName(location: string): boolean {
  const kind = archiveKindOf(location);
  return kind !== null && kind.isNumbered === undefined;
}

/** A name of an archive of files without what tells the kind; another name as it is. */
export function withoutArchiveExtension(name: string): string {
  if (!isArchiveName(name)) return name;
  const endings = archiveKindOf(name)!.extensions;
  return name.slice(0, -endings.find((ending) => name.toLowerCase().endsWith(ending))!.length);
}

const [files, numbered] = [false, true].map((isNumbered) =>
  archiveKinds
    .filter((kind) => (kind.isNumbered ?? false) === isNumbered)
    .flatMap(({ extensions }) => extensions)
    .map((ending) => ending.replaceAll('.', '\\.'))
    .join('|'),
);
/** What may stand between the location of an archive and its member. */
const BORDER = new RegExp(`(?:${files!})!|(?:${numbered!})!(?=\\d+$)`, 'gi');

/** A location in parts: `a.zip!b.tar!c` is of a file, a member of it and a member of that. */
export function partsOf(location: string): string[] {
  const parts: string[] = [];
  let start = 0;
  for (const { index, 0: border } of location.matchAll(BORDER)) {
    const end = index + border.length - 1;
    parts.push(location.slice(start, end));
    start = end + 1;
  }
  return [...parts, location.slice(start)];
}
