/** The parts of a split, read into clips. */
import {
  DEFAULT_MAX_CLIP_BYTES,
  matchLabels,
  type LabelledClips,
  type Split,
} from '../../../datasets/index.ts';
import { clipNotes, loadClips } from '../load-clips.ts';
import { leftOutNotes, partOfData, type PreparedData } from '../prepare-data.ts';

/** The clips of a part, with the network's labels. */
export async function readPart(
  data: PreparedData,
  part: 'train' | 'test',
  classes: readonly string[],
  log: (line: string) => void,
  takenBytes = 0,
): Promise<LabelledClips> {
  if (data.split![part].length === 0) return { clips: [], recordings: [], leftOut: [] };
  const { samples, side } = partOfData(data, part);
  const { skipBad, maxClipBytes = DEFAULT_MAX_CLIP_BYTES } = data.clipOptions;
  const known = matchLabels(data.dataset, samples, classes, 'the network', skipBad);
  const options = { ...data.clipOptions, maxClipBytes: maxClipBytes - takenBytes };
  const read = await loadClips(`reading ${part}`, { samples: known.samples, side }, options);
  for (const note of [...leftOutNotes(known.leftOut), ...clipNotes(read, side)]) log(`${part}: ${note}`);
  return { ...read, leftOut: [...known.leftOut, ...read.leftOut] };
}

/** Bytes that clips take. */
export function clipBytes(clips: LabelledClips['clips']): number {
  return clips.reduce((bytes, { clip }) => bytes + clip.counts.byteLength, 0);
}

/** How many recordings each part has. */
export function partsText({ train, validation, test, trainShare }: Split): string {
  if (trainShare !== null) return `${train.length} recordings, each split by time`;
  const kept =
    validation.length > 0
      ? `, ${validation.length} for validation (kept for evaluate --part validation)`
      : '';
  return `${train.length} recordings for training, ${test.length} for testing${kept}`;
}
