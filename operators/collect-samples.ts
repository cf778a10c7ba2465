import { bufferCount, map, type OperatorFunction } from 'rxjs';
import { integerOption, OptionError, type SensorGeometry } from '../src/events/index.ts';
import {
  allocateCounts,
  areCounts,
  widestType,
  type ClassShare,
  type CountArray,
  type FrameClip,
  type LabelledClip,
} from '../src/frames/index.ts';

/** A batch for the parallel form: one convolution over T * B frames. */
export interface SampleBatch {
  /** Counts `[steps, size, channels, height, width]`: time-major. */
  readonly counts: CountArray;
  /** Class index of each sample, `[size]`; of a mixed one the class with the largest share. */
  readonly labels: Int32Array;
  /** What of each sample is of which class, where some are mixed. Default: all of each is of its label. */
  readonly shares?: readonly (readonly ClassShare[])[];
  readonly steps: number;
  /** Samples in this batch (B); the last one may be smaller. */
  readonly size: number;
  readonly geometry: SensorGeometry;
}

/**
 * The parallel training batcher, at the end of the same stream that classifies live: collects labelled clips
 * into time-major batches.
 *
 * @example
 * ```ts
 * import { from, lastValueFrom, map } from 'rxjs';
 * import { batchFromTuples } from 'saccade';
 * import { collectSamples, sliceByCount, toClips, toFrames } from 'saccade/operators';
 * const sensor = { width: 2, height: 1 };
 * const events = batchFromTuples([[0, 0, 0, 1], [5, 1, 0, 0], [9, 0, 0, 0], [12, 1, 0, 1]], sensor);
 * const batch = await lastValueFrom(
 *   from([events]).pipe(
 *     sliceByCount({ stepEvents: 1, steps: 2 }), toFrames(), toClips(),
 *     map((clip) => ({ clip, label: 7 })),
 *     collectSamples({ batchSize: 2 }),
 *   ),
 * );
 * console.log(batch.size, batch.steps, Array.from(batch.labels)); // 2 2 [7, 7]
 * ```
 */
export function collectSamples({
  batchSize,
}: {
  readonly batchSize: number;
}): OperatorFunction<LabelledClip, SampleBatch> {
  integerOption('batchSize', batchSize, 1);
  return (samples) => samples.pipe(bufferCount(batchSize), map(joinSamples));
}

function countsOf({ counts }: FrameClip, sample: number): CountArray {
  if (areCounts(counts)) return counts;
  throw new OptionError(
    'samples',
    `must be of whole numbers of at least 0; sample ${sample} is a ${counts.constructor.name}`,
  );
}

function joinSamples(samples: readonly LabelledClip[]): SampleBatch {
  const { steps, geometry } = samples[0]!.clip;
  const arrays = samples.map(({ clip }, sample) => countsOf(clip, sample));
  const frame = arrays[0]!.length / steps;
  const counts = allocateCounts(widestType(arrays), steps * samples.length * frame);
  samples.forEach(({ clip }, sample) => {
    const own = arrays[sample]!;
    if (clip.steps !== steps || own.length !== steps * frame) {
      throw new OptionError(
        'samples',
        `must have equal steps and geometry; sample ${sample} has ${clip.steps} steps`,
      );
    }
    for (let t = 0; t < steps; t++) {
      counts.set(own.subarray(t * frame, (t + 1) * frame), (t * samples.length + sample) * frame);
    }
  });
  const labels = Int32Array.from(samples, ({ label }) => label);
  const isMixed = samples.some(({ shares }) => shares !== undefined);
  const shares = samples.map(({ label, shares: own }) => own ?? [{ label, share: 1 }]);
  return { counts, labels, ...(isMixed && { shares }), steps, size: samples.length, geometry };
}
