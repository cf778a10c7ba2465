/** What a preprocessing run does, as plain data: hashed, stored in the manifest, sent to workers. */
import { createHash } from 'node:crypto';
import type { FrameDtype, OpenDataset, Sample } from '../../datasets/index.ts';
import type { Convention, SensorGeometry } from '../events/index.ts';
import type { CreateDecoderOptions } from '../formats/index.ts';
import type { BinningSpec } from '../frames/index.ts';

/** Everything that decides the bytes of the outputs. */
export interface PreprocessParameters {
  readonly dataset: string;
  readonly convention: Convention;
  readonly decoding: CreateDecoderOptions;
  readonly binning: BinningSpec;
  readonly sensor: SensorGeometry | null;
  readonly output: SensorGeometry | null;
  readonly dtype: FrameDtype;
}

/** One recording to be turned into one file of frames. */
export interface PreprocessJob {
  /** The recording's id in the data set. */
  readonly id: string;
  /** Where it is, as `openRecording` takes it. */
  readonly location: string;
  readonly bytes: number;
  /** Folder and name of the output below the run's folder, without what depends on the frames. */
  readonly target: string;
}

/** The folder that SpikingJelly uses for the same rule; own names for the causal ones. */
export function framesFolder({ binning, output, sensor }: PreprocessParameters): string {
  const resized =
    output !== null && (output.width !== sensor?.width || output.height !== sensor.height)
      ? `_${output.width}x${output.height}`
      : '';
  switch (binning.by) {
    case 'number':
    case 'time':
      return `frames_number_${binning.steps}_split_by_${binning.by}${resized}`;
    case 'duration':
      return `duration_${binning.durationMicros}${resized}`;
    case 'fixed-duration':
      return `frames_number_${binning.steps}_fixed_duration_${binning.stepMicros}${resized}`;
    case 'fixed-count':
      return `frames_number_${binning.steps}_fixed_count_${binning.stepEvents}${resized}`;
  }
}

/** The jobs of a data set, in its order. */
export function planJobs(dataset: OpenDataset, folder: string): PreprocessJob[] {
  return dataset.samples.map((sample) => ({
    id: sample.id,
    location: sample.location,
    bytes: sample.bytes,
    target: `${folder}/${sample.part === null ? '' : `${sample.part}/`}${dataset.classes[sample.label]!}/${stem(sample)}`,
  }));
}

function stem({ id }: Sample): string {
  return id.slice(id.lastIndexOf('/') + 1).replace(/\.[^.]+$/, '');
}

/** Names a set of parameters. */
export function parametersDigest(parameters: PreprocessParameters): string {
  return createHash('sha256').update(JSON.stringify(parameters)).digest('hex');
}
