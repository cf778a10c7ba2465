/** Which split a data set gets where none is named. */
import { inRecording, RecordingError } from '../src/events/index.ts';
import { isCausal, windowsOverlap } from '../src/frames/index.ts';
import { readClips, type ClipOptions } from './clips.ts';
import type { OpenDataset } from './dataset.ts';
import {
  DEFAULT_TIME_SPLIT,
  defaultSplit,
  FEW_RECORDINGS,
  hasFewRecordings,
  indicesByClass,
  officialSplit,
  splitDataset,
  type Split,
} from './splits.ts';

/** With so many windows the split `time-0.8` has windows on both sides in the proportion that it names. */
const ENOUGH_WINDOWS = 5;

/** A split, and why it is that one. */
export interface ChosenSplit {
  readonly split: Split;
  /** For people; `null` where there is nothing to say. */
  readonly reason: string | null;
}

/** What {@link chooseSplit} is told. */
export interface SplitChoice {
  /** Name of the split; default: see {@link chooseSplit}. */
  readonly split?: string | undefined;
  readonly clips: ClipOptions;
  readonly windows: number | 'all';
}

/**
 * Applies the split that is named, else: the data set's own parts; for a folder with fewer than {@link FEW_RECORDINGS}
 * recordings in every class, each class with one of {@link ENOUGH_WINDOWS} windows or more, the first 80 % of every
 * recording's windows; else the data set's first split.
 *
 * @throws DatasetError `UNKNOWN_SPLIT`.
 */
export async function chooseSplit(
  dataset: OpenDataset,
  { split, clips, windows }: SplitChoice,
): Promise<ChosenSplit> {
  if (split !== undefined) return namedSplit(dataset, split);
  const most = windows === 'all' ? Infinity : windows;
  const { binning } = clips.rule;
  const canCut = isCausal(binning) && !windowsOverlap(binning);
  if (hasFewRecordings(dataset) && most >= ENOUGH_WINDOWS && canCut) {
    if (await everyClassIsLong(dataset, clips)) {
      return {
        split: splitDataset(dataset, DEFAULT_TIME_SPLIT),
        reason: `every class has fewer than ${FEW_RECORDINGS} recordings, and one of ${ENOUGH_WINDOWS} windows or more: the first 80 % of each recording's windows are for training`,
      };
    }
  }
  return { split: splitDataset(dataset), reason: null };
}

/** The split of a name; default: the data set's own. @throws DatasetError `UNKNOWN_SPLIT` */
export function namedSplit(dataset: OpenDataset, name?: string): ChosenSplit {
  const split = splitDataset(dataset, name);
  const ignored = split.name !== officialSplit.name && defaultSplit(dataset) === officialSplit.name;
  return { split, reason: ignored ? `${split.name} mixes the parts that the files state, as asked` : null };
}

async function everyClassIsLong({ samples }: OpenDataset, clips: ClipOptions): Promise<boolean> {
  for (const indices of indicesByClass(samples)) {
    if (indices === undefined) continue;
    let long = false;
    for (const i of indices) long ||= await isLong(samples[i]!, clips);
    if (!long) return false;
  }
  return true;
}

/** A recording that cannot be read has no windows here; what is wrong with it is said when it is read for good. */
async function isLong(sample: OpenDataset['samples'][number], options: ClipOptions): Promise<boolean> {
  try {
    const clips = { ...options, maxWindows: ENOUGH_WINDOWS };
    const read = await inRecording(sample.id, () => readClips(sample, clips));
    return read.clips.length >= ENOUGH_WINDOWS;
  } catch (error) {
    if (error instanceof RecordingError) return false;
    throw error;
  }
}
