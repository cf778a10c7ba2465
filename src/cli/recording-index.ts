/** The index of a recording, in a file beside it. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileSource } from '../../datasets/sources/file-source.ts';
import type { RecordingEntry } from '../../datasets/sources/source.ts';
import {
  eventFormats,
  SIDE_CHANNELS,
  type CreateDecoderOptions,
  type RandomAccessSource,
  type SideChannelListeners,
} from '../formats/index.ts';
import {
  decodeIndex,
  encodeIndex,
  openRecording,
  RecordingAccessError,
  type Recording,
  type RecordingIndex,
} from '../pipeline/index.ts';
import { OutputFile } from './output-file.ts';

/** What an index's name has behind that of the recording. */
export const INDEX_EXTENSION = '.saccade-index';

/** What the names of tables have that other programs write beside a recording. */
const TABLES_BESIDE: readonly string[] = [
  ...new Set(eventFormats.flatMap(({ tableBeside }) => tableBeside?.suffix ?? [])),
];

/** Whether a file is about the recording beside it, and none itself. */
export function isBesideRecording(location: string): boolean {
  return [INDEX_EXTENSION, ...TABLES_BESIDE].some((suffix) => location.endsWith(suffix));
}

/** Nobody needs the items; listening makes reports count them. */
export const COUNT_SIDE_CHANNELS: SideChannelListeners = Object.fromEntries(
  SIDE_CHANNELS.map((name) => [name, () => undefined]),
);

/** Where a recording's index is. */
export function indexLocation({ location }: RecordingEntry): string {
  return location + INDEX_EXTENSION;
}

/** A recording of which places are known, until it is closed. */
export interface IndexedRecording {
  readonly recording: Recording;
  readonly index: RecordingIndex;
  readonly close: () => Promise<void>;
}

/** Tells of an index that is there and not used. */
export type IndexNote = (note: string) => void;

/** With its index if there is one that fits, else with a table beside it, else with the format's own; `null` where there is none. */
export async function openIndexed(
  entry: RecordingEntry,
  decoding: CreateDecoderOptions,
  note: IndexNote,
): Promise<IndexedRecording | null> {
  const source = entry.openAnywhere?.();
  if (source === undefined) return null;
  const close = (): Promise<void> => source.close();
  try {
    const told = { fileName: entry.id, ...decoding };
    const stored = await storedIndex(indexLocation(entry), note);
    const recording =
      (stored && (await fitting(() => openRecording(source, { ...told, index: stored }), note))) ??
      (await withTableBeside(
        entry,
        (tableBeside) => openRecording(source, { ...told, tableBeside }),
        note,
      )) ??
      (await openRecording(source, told));
    const { index } = recording;
    if (index !== null && index.stretches.length > 1) return { recording, index, close };
  } catch (error) {
    await close();
    throw error;
  }
  await close();
  return null;
}

/** With the table that another program wrote beside the recording; `null` where there is none, or none that fits. */
async function withTableBeside(
  { location }: RecordingEntry,
  open: (table: RandomAccessSource) => Promise<Recording>,
  note: IndexNote,
): Promise<Recording | null> {
  const file = TABLES_BESIDE.map((suffix) => location + suffix).find((name) => existsSync(name));
  if (file === undefined) return null;
  const table = fileSource(file);
  try {
    return await fitting(() => open(table), note);
  } finally {
    await table.close();
  }
}

async function fitting(open: () => Promise<Recording>, note: IndexNote): Promise<Recording | null> {
  try {
    return await open();
  } catch (error) {
    if (!(error instanceof RecordingAccessError)) throw error;
    note(`the index is not used. ${error.message}`);
    return null;
  }
}

/** The index of a file; `null` where there is none, or none that can be read. */
export async function storedIndex(location: string, note: IndexNote): Promise<RecordingIndex | null> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(location);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  try {
    return decodeIndex(bytes);
  } catch (error) {
    if (!(error instanceof RecordingAccessError)) throw error;
    note(`${location} is not used. ${error.message}`);
    return null;
  }
}

/** Writes an index; it appears whole, in the place of an older one. Returns its bytes. */
export async function storeIndex(location: string, index: RecordingIndex): Promise<number> {
  const file = await OutputFile.create(location);
  try {
    await file.write(encodeIndex(index));
    await file.commit();
    return file.bytes;
  } finally {
    await file.discard();
  }
}
