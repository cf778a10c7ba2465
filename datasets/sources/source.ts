/** Where recordings come from: a folder, or an archive. */

import type { TimeRange } from '../../src/events/index.ts';
import type { RandomAccessSource } from '../../src/formats/index.ts';

/** A source that somebody has to close. */
export interface ClosableSource extends RandomAccessSource {
  chunks(start: number, end: number): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/** One file of a source. */
export interface RecordingEntry {
  /** Path inside the source with `/` between parts: `Train/5/00001.bin`. */
  readonly id: string;
  readonly bytes: number;
  /** Where it is: a path, or `archive.zip!member`. `openEntry` takes it. */
  readonly location: string;
  /** Opens the content; each call reads from the start. */
  readonly open: () => AsyncIterable<Uint8Array>;
  /** The same at any place, where that can be. */
  readonly openAnywhere?: () => ClosableSource;
  /** The same in little memory, where that can be: a chunk is good until the next is asked for. */
  readonly openReused?: () => AsyncIterable<Uint8Array>;
  /** Where the recording holds several clips: the one that is meant, in times as it states them. Whoever decodes it cuts. */
  readonly clip?: TimeRange;
}

/** An archive within a source that cannot be read, and why: `problem` follows its name. */
export interface UnreadArchive {
  readonly id: string;
  readonly problem: string;
}

/** A set of files. */
export interface RecordingSource {
  /** The folder's or archive's path. */
  readonly path: string;
  /** All files but hidden ones, in natural order of their names, never in the file system's. */
  list(): Promise<RecordingEntry[]>;
  /** Archives in it that were left out by the last `list`, where it was told to. Missing: none ever is. */
  readonly unread?: readonly UnreadArchive[];
  close(): Promise<void>;
}

/** Opens a recording in little memory where that can be: a chunk is good until the next is asked for. */
export function openInTurn({
  open,
  openReused = open,
}: Pick<RecordingEntry, 'open' | 'openReused'>): AsyncIterable<Uint8Array> {
  return openReused();
}

/** Bytes that are made when they are asked for, as what a file's `open` gives. */
export async function* once(make: () => Promise<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  yield await make();
}

/** Made with the first comparison: it takes as long as reading half of the library. */
let collator: Intl.Collator | undefined;

/** Sorts names as people count: `a_2` before `a_10`. */
export function compareNatural(a: string, b: string): number {
  collator ??= new Intl.Collator('en', { numeric: true });
  return collator.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);
}

/**
 * Whether a path has a part that systems hide or leave behind: a name that begins with a dot, `__MACOSX`.
 *
 * @param id path with `/` between its parts.
 */
export function isHidden(id: string): boolean {
  return id.split('/').some((name) => name.startsWith('.') || name === '__MACOSX');
}
