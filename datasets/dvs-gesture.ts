/**
 * DVS128 Gesture (Amir et al. 2017): 11 gestures of 29 people in three lights, AEDAT 3.1 of a DVS128, CC BY 4.0.
 * Layout: `DvsGesture.tar.gz` or what it unpacks to: `user<NN>_<light>.aedat` with `user<NN>_<light>_labels.csv` (class, start, end; times as in the recording), and
 * `trials_to_train.txt`, `trials_to_test.txt` with the official split. One recording holds a clip for each line of its
 * labels: start ≤ t < end, as SpikingJelly cuts (1,176 and 288 clips). Lines may overlap (user22_led) or repeat a class
 * (user26_fluorescent): each is a clip. SpikingJelly numbers classes in text order of 0 to 10; here names say which is which.
 */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { joinBytes } from '../src/formats/bytes.ts';
import { md5 } from './about.ts';
import type {
  DatasetDefinition,
  DatasetPart,
  LeftOutFile,
  OpenDataset,
  OpenDatasetOptions,
  Sample,
} from './dataset.ts';
import { DatasetError } from './errors.ts';
import { doubleOf, doublesNote, missingNote } from './labelled-source.ts';
import { isArchiveName } from './sources/archive-kinds.ts';
import type { ArchiveOptions } from './sources/archive.ts';
import { findArchive, hasArchive } from './sources/find-archive.ts';
import { openSource } from './sources/open-source.ts';
import type { RecordingEntry, RecordingSource } from './sources/source.ts';
import { officialSplit, randomSplit, timeSplit } from './splits.ts';

/** In the order of their numbers, from 1. */
const GESTURES = [
  'hand_clapping',
  'right_hand_wave',
  'left_hand_wave',
  'right_arm_clockwise',
  'right_arm_counter_clockwise',
  'left_arm_clockwise',
  'left_arm_counter_clockwise',
  'arm_roll',
  'air_drums',
  'air_guitar',
  'other_gestures',
];
const BOX = 'https://ibm.ent.box.com/s/3hiq58ww1pbbjrinh367ykfdf60xsfm8/folder/50167556794';
const ARCHIVE = 'DvsGesture';
const SENSOR = { width: 128, height: 128 };
const RECORDING = /(?:^|\/)(user\d+_\w+)\.aedat$/;
const TRIALS = /(?:^|\/)trials_to_(?:train|test)\.txt$/;
const LABELS = /^user\d+_\w+_labels\.csv$/;

/** A line of the labels. */
interface LabelledClip {
  readonly label: number;
  readonly startMicros: number;
  readonly endMicros: number;
}

/** @throws DatasetError `UNKNOWN_LAYOUT` for a line that is none. */
function readLabels(text: string, file: string): LabelledClip[] {
  const lines = text.trim().split(/\r?\n/);
  // Files that people cut have no line of titles.
  const first = /^\D/.test(lines[0]!) ? 1 : 0;
  return lines.slice(first).map((line, i) => {
    const numbers = line.split(',').map((cell) => (/^\s*\d+\s*$/.test(cell) ? Number(cell) : NaN));
    const [gesture = NaN, startMicros = NaN, endMicros = NaN] = numbers;
    if (numbers.length === 3 && gesture >= 1 && gesture <= GESTURES.length && startMicros < endMicros)
      return { label: gesture - 1, startMicros, endMicros };
    throw new DatasetError(
      'UNKNOWN_LAYOUT',
      file,
      `Line ${i + first + 1} of the labels is "${line}": it must be a class from 1 to ${GESTURES.length}, a start, and an end behind it.`,
    );
  });
}

/** Files by their ids. */
type Files = ReadonlyMap<string, RecordingEntry>;

async function textOf(entry: RecordingEntry): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const chunk of entry.open()) parts.push(chunk);
  return new TextDecoder().decode(joinBytes(parts));
}

/** The parts of the trials that the lists in a folder name. @throws DatasetError `UNKNOWN_LAYOUT` for one that is in two. */
async function readTrials(files: Files, folder: string): Promise<ReadonlyMap<string, DatasetPart>> {
  const parts = new Map<string, DatasetPart>();
  for (const part of ['train', 'test'] as const) {
    const list = files.get(path.posix.join(folder, `trials_to_${part}.txt`));
    const lines = list === undefined ? [] : (await textOf(list)).split(/\r?\n/);
    for (const trial of lines.map((line) => line.trim()).filter((line) => line !== '')) {
      if ((parts.get(trial) ?? part) !== part)
        throw new DatasetError('UNKNOWN_LAYOUT', list!.location, `${trial} is in trials_to_train.txt too.`);
      parts.set(trial, part);
    }
  }
  return parts;
}

/** Clips of a recording; a problem in place of them. */
async function clipsOf(
  entry: RecordingEntry,
  files: Files,
  parts: ReadonlyMap<string, DatasetPart>,
): Promise<readonly Sample[] | LeftOutFile> {
  const trial = path.posix.basename(entry.id);
  const part = parts.get(trial);
  if (parts.size > 0 && part === undefined)
    return { id: entry.id, problem: 'is in neither trials_to_train.txt nor trials_to_test.txt' };
  const file = entry.id.replace(/\.aedat$/, '_labels.csv');
  const list = files.get(file);
  if (list === undefined) return { id: entry.id, problem: `has no labels, ${path.posix.basename(file)}` };
  const base = entry.id.replace(/\.aedat$/, '');
  const clips = readLabels(await textOf(list), list.location);
  if (clips.length === 0) return { id: entry.id, problem: `has no clips in ${path.posix.basename(file)}` };
  return clips.map(({ label, ...clip }, i) => ({
    ...entry,
    id: `${base}_${i}`,
    label,
    part: part ?? null,
    clip,
  }));
}

/** What is unpacked in a folder, else the archive. */
async function sourceOf(root: string, options: ArchiveOptions): Promise<RecordingSource> {
  if (isArchiveName(root)) return openSource(root, options);
  const folder = openSource(root);
  if ((await folder.list()).some(({ id }) => RECORDING.test(id))) return folder;
  const archive = await findArchive(root, ARCHIVE);
  return archive === null ? folder : openSource(archive, options);
}

async function open(root: string, { skipBad = false, ...options }: OpenDatasetOptions): Promise<OpenDataset> {
  const source = await sourceOf(root, options);
  try {
    return await read(root, source, skipBad);
  } catch (error) {
    await source.close();
    throw error;
  }
}

async function read(root: string, source: RecordingSource, skipBad: boolean): Promise<OpenDataset> {
  const files = await source.list();
  const byId = new Map(files.map((entry) => [entry.id, entry]));
  const samples: Sample[] = [];
  const leftOut: LeftOutFile[] = [];
  const trials = new Map<string, ReadonlyMap<string, DatasetPart>>();
  const taken = new Map<string, RecordingEntry>();
  const doubles: string[] = [];
  for (const entry of files.filter(({ id }) => RECORDING.test(id))) {
    const trial = path.posix.basename(entry.id);
    const double = doubleOf(taken.get(trial), entry);
    if (double !== null) {
      if ('problem' in double) leftOut.push({ id: entry.id, ...double });
      else doubles.push(double.doubles);
      continue;
    }
    taken.set(trial, entry);
    const folder = path.posix.dirname(entry.id);
    if (!trials.has(folder)) trials.set(folder, await readTrials(byId, folder));
    const found = await clipsOf(entry, byId, trials.get(folder)!);
    if ('problem' in found) leftOut.push(found);
    else samples.push(...found);
  }
  const [first] = leftOut;
  if (first !== undefined && !skipBad)
    throw new DatasetError(
      'UNKNOWN_LAYOUT',
      first.id,
      `A recording ${first.problem}.${leftOut.length > 1 ? ` So it is with ${leftOut.length - 1} more.` : ''} Leave such files out with --skip-bad (skipBad).`,
    );
  if (samples.length === 0)
    throw new DatasetError(
      'EMPTY_DATASET',
      root,
      'No labelled recording of DVS128 Gesture was found. It is read from DvsGesture.tar.gz, or from what that unpacks to.',
    );
  const notes = [
    ...doublesNote(doubles, 'recording'),
    ...[...trials].flatMap(([folder, parts]) => {
      const list = path.posix.join(folder, 'trials_to_train.txt and trials_to_test.txt');
      return missingNote(list, parts.keys(), new Set(taken.keys()), 'recording');
    }),
  ];
  const used = new Set([...taken.values()].map(({ id }) => id.replace(/\.aedat$/, '_labels.csv')));
  const otherFiles = files.filter(({ id }) => !RECORDING.test(id) && !TRIALS.test(id) && !used.has(id));
  return {
    definition: dvsGesture,
    classes: GESTURES,
    samples,
    otherFiles,
    leftOut,
    notes,
    close: () => source.close(),
  };
}

/** See the file comment. */
export const dvsGesture: DatasetDefinition = {
  id: 'dvs128-gesture',
  title: 'DVS128 Gesture',
  about: {
    classes: GESTURES,
    recordings: 1464,
    licence: 'CC BY 4.0',
    citation:
      'A. Amir, B. Taba, D. Berg, T. Melano, J. McKinstry, C. Di Nolfo, T. Nayak, A. Andreopoulos, G. Garreau, M. Mendoza, J. Kusnitz, M. Debole, S. Esser, T. Delbruck, M. Flickner, D. Modha: A Low Power, Fully Event-Based Gesture Recognition System, CVPR 2017',
    homepage: 'https://research.ibm.com/interactive/dvsgesture/',
    files: [{ name: 'DvsGesture.tar.gz', mirrors: [], hash: md5('8a5c71fb11e24e5ca5b11866ca6c00a1') }],
    byHand: `Open ${BOX} in a browser and download DvsGesture.tar.gz.`,
  },
  sensor: SENSOR,
  decoding: { format: 'aedat3', geometry: SENSOR },
  convention: 'canonical',
  splits: [officialSplit, randomSplit, timeSplit],
  detect: async (root) => {
    for (const folder of [root, path.join(root, 'DvsGesture')]) {
      const names = await readdir(folder).catch(() => []);
      if (names.some((name) => LABELS.test(name))) return true;
    }
    return hasArchive(root, ARCHIVE);
  },
  open: (root, options = {}) => open(root, options),
};
