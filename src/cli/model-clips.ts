import { openRecording, readClips } from '../../datasets/index.ts';
import type { FrameClip } from '../frames/index.ts';
import type { Model } from '../network/index.ts';
import { clipOptionsOf } from './prepare-data.ts';

/** Every window of every recording, binned as the model wants it. @throws SaccadeError for bad recordings. */
export async function readModelClips(
  model: Model,
  files: readonly string[],
  format?: string,
): Promise<FrameClip[]> {
  const options = clipOptionsOf(model, {
    geometry: model.input.sensor,
    convention: model.input.convention as 'canonical',
    ...(format !== undefined && { format }),
  });
  const clips: FrameClip[] = [];
  for (const file of files) clips.push(...(await readClips(await openRecording(file), options)));
  return clips;
}
