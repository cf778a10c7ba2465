/** Samples become clips, with a progress bar, and what reading them met becomes text. */
import {
  readingNotes,
  readingSummary,
  readLabelledClips,
  type LabelledClipOptions,
  type LabelledImageOptions,
  type LabelledClips,
  type SampleNoun,
} from '../../datasets/index.ts';
import { leftOutNotes, type PartOfData } from './prepare-data.ts';
import { startProgress } from './progress.ts';

/** Reads the samples of a part with a progress bar. @throws RecordingError, DatasetError */
export async function loadClips(
  name: string,
  { samples, side }: PartOfData,
  options: LabelledClipOptions | LabelledImageOptions,
): Promise<LabelledClips> {
  const bar = startProgress(`${name} {bar} {value}/{total}`, samples.length);
  try {
    return await readLabelledClips(samples, {
      ...options,
      ...(side !== undefined && { side }),
      onSample: (done) => {
        bar.update(done);
      },
    });
  } finally {
    bar.stop();
  }
}

/** What was read and taken, what was left out, what was lost: lines for people. */
export function clipNotes(
  { clips, recordings, leftOut }: LabelledClips,
  side: PartOfData['side'],
  noun: SampleNoun,
): string[] {
  const lines: string[] = [];
  if (recordings.length > 0) {
    const taken = side ? `, ${sideText(side)}: ${clips.length.toLocaleString('en')}` : '';
    lines.push(`${readingSummary(recordings)}${taken}`);
  }
  return [...lines, ...leftOutNotes(leftOut, noun), ...readingNotes(recordings)];
}

function sideText({ part, trainShare }: NonNullable<PartOfData['side']>): string {
  const share = Number((100 * (part === 'train' ? trainShare : 1 - trainShare)).toFixed(2));
  return part === 'train'
    ? `first ${share} % of each for training`
    : `last ${share} % of each for testing (no window is on both sides)`;
}
