import { clipOptionsOf, openEntry, readClips } from '../../datasets/index.ts';
import type { FrameClip } from '../frames/index.ts';
import type { Model } from '../network/index.ts';
import { writeRecordingNotes } from './recording-notes.ts';
import type { StreamSettings } from './stream-options.ts';

/** Every window of every recording, binned as the model wants it; says what was lost. @throws SaccadeError */
export async function readModelClips(
  model: Model,
  files: readonly string[],
  { decoding, rule, ...settings }: StreamSettings,
): Promise<FrameClip[]> {
  const clips: FrameClip[] = [];
  for (const file of files) {
    const entry = await openEntry(file);
    const read = await readClips(entry, { ...clipOptionsOf(model, decoding, rule), ...settings });
    writeRecordingNotes(file, read);
    clips.push(...read.clips);
  }
  return clips;
}
