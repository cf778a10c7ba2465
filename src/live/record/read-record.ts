/** Reads what a record holds. */
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { OptionError } from '../../events/index.ts';
import {
  parseLine,
  parseTake,
  partName,
  TAKE_FILE,
  type PartEnd,
  type PartHead,
  type RecordLine,
  type Take,
} from './record-format.ts';

/** A part of a take: its log, and where its data is. */
export interface RecordedPart {
  readonly head: PartHead;
  readonly lines: readonly RecordLine[];
  readonly end: PartEnd;
  /** `null` where there is none. */
  readonly dataFile: string | null;
}

/** A take on disk. */
export interface RecordedTake {
  readonly folder: string;
  readonly take: Take;
  /** Numbers of the parts that are there, in order. */
  readonly parts: readonly number[];
}

/**
 * The takes of a folder, oldest first: it is one, or holds some.
 *
 * @throws OptionError for a folder without any.
 */
export async function findTakes(folder: string): Promise<RecordedTake[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw new OptionError('record', `cannot be read (${folder}): ${(cause as Error).message}`, { cause });
  });
  if (entries.some(({ name }) => name === TAKE_FILE)) return [await readTake(folder)];
  const takes: RecordedTake[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const inside = path.join(folder, entry.name);
    const isTake =
      entry.isDirectory() && (await stat(path.join(inside, TAKE_FILE)).catch(() => null)) !== null;
    if (isTake) takes.push(await readTake(inside));
  }
  if (takes.length === 0) throw new OptionError('record', `holds no record of a live server (${folder})`);
  return takes;
}

async function readTake(folder: string): Promise<RecordedTake> {
  const file = path.join(folder, TAKE_FILE);
  const names = await readdir(folder);
  const parts = names
    .map((name) => /^(\d{6})\.jsonl$/.exec(name)?.[1])
    .filter((part) => part !== undefined)
    .map(Number)
    .sort((a, b) => a - b);
  return { folder, take: parseTake(await readFile(file, 'utf8'), file), parts };
}

/** Reads the log of a part. @throws OptionError */
export async function readPart(folder: string, part: number): Promise<RecordedPart> {
  const file = path.join(folder, `${partName(part)}.jsonl`);
  const texts = (await readFile(file, 'utf8')).split('\n').filter((text) => text !== '');
  const lines = texts.map((text, i) => parseLine(text, `${file}:${i + 1}`));
  const [head] = lines;
  const end = lines.at(-1);
  if (head?.type !== 'part' || end?.type !== 'end')
    throw new OptionError('record', `is damaged: ${file} does not begin with its part and end with its end`);
  const dataFile = head.format === null ? null : path.join(folder, `${partName(part)}.${head.format}`);
  return { head, lines: lines.slice(1, -1), end, dataFile };
}
