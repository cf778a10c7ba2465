import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  openDataset,
  readingNotes,
  readingSummary,
  readLabelledClips,
  type OpenDataset,
} from '../../../datasets/index.ts';
import { joinBytes } from '../../../src/formats/bytes.ts';
import { cifarRecord, drawnPlanes } from '../../helpers/images.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

async function drawn(labels: readonly number[]): Promise<OpenDataset> {
  const root = temporaryFolder();
  const records = labels.map((label, i) => cifarRecord([label], i));
  writeFileSync(path.join(root, 'data_batch_1.bin'), joinBytes(records));
  return openDataset(root);
}

describe('clips of images', () => {
  it('show the image at every time step, with its label', async () => {
    const { samples, definition, close } = await drawn([3, 8]);
    const read = await readLabelledClips(samples, { images: definition.images!, steps: 3 });
    await close();
    expect(read.clips.map(({ label }) => label)).toEqual([3, 8]);
    const image = drawnPlanes(8, 1, { width: 32, height: 32 });
    const { counts, steps, geometry } = read.clips[1]!.clip;
    expect([steps, geometry]).toEqual([3, { width: 32, height: 32 }]);
    expect(counts).toEqual(joinBytes([image, image, image]));
    expect(readingSummary(read.recordings)).toBe('2 images');
    expect(readingNotes(read.recordings)).toEqual([]);
  });

  it('take the memory of the images, whatever T is, up to the limit', async () => {
    const { samples, definition, close } = await drawn([0, 1, 2]);
    const options = { images: definition.images!, steps: 100 };
    const { clips } = await readLabelledClips(samples, { ...options, maxClipBytes: 3 * 3072 });
    expect(clips).toHaveLength(3);
    const over = readLabelledClips(samples, { ...options, maxClipBytes: 3 * 3072 - 1, skipBad: true });
    await expect(over).rejects.toMatchObject({ code: 'CLIPS_TOO_LARGE', recording: 'data_batch_1.bin/2' });
    await close();
  });
});
