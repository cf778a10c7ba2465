/**
 * SpikingJelly's tutorial on neuromorphic data sets. There:
 *
 *     NMNIST(root, train=True, data_type='frame', frames_number=10, split_by='number')
 *     CIFAR10DVS(root, data_type='frame', frames_number=10, split_by='time')
 *
 * Here the same frames, number for number, [T, 2, H, W], of any data set that saccade knows. `saccade preprocess` writes them as
 * SpikingJelly caches them.
 */
import { FRAME_RULE_DEFAULTS, type BinningSpec, type FrameArray } from 'saccade';
import { openDataset, readClips, type DatasetPart } from 'saccade/datasets';

/** A sample as SpikingJelly's data sets give it. */
export interface FrameSample {
  readonly id: string;
  readonly frames: FrameArray;
  /** `[T, 2, H, W]` */
  readonly shape: readonly number[];
  readonly label: number;
}

/** The samples of a data set, or of one of its parts. */
export async function* frameSamples(
  root: string,
  binning: BinningSpec,
  part: DatasetPart | null = null,
): AsyncGenerator<FrameSample, void, undefined> {
  const dataset = await openDataset(root);
  const { decoding, convention, sensor } = dataset.definition;
  const rule = { ...FRAME_RULE_DEFAULTS, sensor, convention, binning, countType: 'uint32' } as const;
  for (const sample of dataset.samples) {
    if (part !== null && sample.part !== part) continue;
    const { clips } = await readClips(sample, { decoding, rule });
    for (const { counts, steps, geometry } of clips) {
      const shape = [steps, 2, geometry.height, geometry.width];
      yield { id: sample.id, frames: counts, shape, label: sample.label };
    }
  }
  await dataset.close();
}
