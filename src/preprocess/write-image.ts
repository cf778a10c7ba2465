/** A job of an image: its frames, the same at every time step. */
import { frameArrays, readImage, type RecordingEntry } from '../../datasets/index.ts';
import { repeatedClip } from '../frames/index.ts';
import type { OutputSample } from './forms/index.ts';
import type { ImageParameters } from './image-parameters.ts';
import type { JobResult } from './job-result.ts';

/** What frames of images hold, for outputs that state it. */
const DIRECT = 'direct';

/** See the file comment. */
export interface ImageFrames extends Pick<JobResult, 'frames' | 'notes'> {
  readonly sample: Omit<OutputSample, 'id' | 'label' | 'className'>;
}

/** @throws DatasetError `BAD_IMAGE` */
export async function framesOfImage(
  entry: RecordingEntry,
  { images, steps, dtype }: ImageParameters,
): Promise<ImageFrames> {
  const { pixels, size, grey } = await readImage(entry, images);
  const { counts } = repeatedClip(pixels, size, steps);
  const shape = [steps, pixels.length / (size.width * size.height), size.height, size.width];
  return {
    sample: { content: 'frames', ...frameArrays(counts, shape, dtype), window: 0, representation: DIRECT },
    frames: size,
    notes: grey ? [{ code: 'GREY', message: 'greys, which stand in red, green and blue alike' }] : [],
  };
}
