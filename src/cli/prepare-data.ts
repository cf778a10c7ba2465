/** From the words of the command line to clips in memory. */
import { createHash } from 'node:crypto';
import {
  openDataset,
  readLabelledClips,
  splitDataset,
  type ClipOptions,
  type OpenDataset,
  type Sample,
} from '../../datasets/index.ts';
import type { SensorGeometry } from '../events/index.ts';
import { OptionError } from '../events/index.ts';
import { FRAME_RULE_DEFAULTS, type BinningSpec, type LabelledClip } from '../frames/index.ts';
import type { ModelInput } from '../network/index.ts';
import { startProgress } from './progress.ts';

/** A data set, opened and split. */
export interface PreparedData {
  readonly dataset: OpenDataset;
  readonly split: { readonly name: string; readonly sha256: string };
  readonly input: ModelInput;
  readonly clipOptions: ClipOptions;
  readonly train: readonly Sample[];
  readonly test: readonly Sample[];
}

/** What is asked for. */
export interface DataRequest {
  readonly root: string;
  readonly dataset?: string | undefined;
  readonly split?: string | undefined;
  readonly binning: BinningSpec;
  readonly sensor?: SensorGeometry | undefined;
  /** Size of the frames; default: the sensor's. */
  readonly resize?: SensorGeometry | undefined;
}

/** Opens and splits a data set. @throws DatasetError, OptionError */
export async function prepareData(request: DataRequest): Promise<PreparedData> {
  const dataset = await openDataset(request.root, request.dataset);
  const { definition } = dataset;
  const sensor = request.sensor ?? definition.sensor;
  if (sensor === null)
    throw new OptionError('--sensor', 'must be given: the data set does not state its sensor size');
  const split = splitDataset(dataset, request.split);
  const { convention } = definition;
  const input: ModelInput = { ...FRAME_RULE_DEFAULTS, sensor, convention, binning: request.binning };
  return {
    dataset,
    split,
    train: split.train,
    test: split.test,
    input,
    clipOptions: {
      decoding: definition.decoding,
      rule: input,
      output: request.resize ?? sensor,
    },
  };
}

/** Reads samples with a progress bar. */
export async function loadClips(
  name: string,
  samples: readonly Sample[],
  options: ClipOptions,
): Promise<LabelledClip[]> {
  const bar = startProgress(`${name} {bar} {value}/{total}`, samples.length);
  try {
    return await readLabelledClips(samples, options, (done) => {
      bar.update(done);
    });
  } finally {
    bar.stop();
  }
}

/** Names the training data: the list and the way to frames. */
export function dataDigest({ split, clipOptions }: PreparedData): string {
  const { rule, output, decoding } = clipOptions;
  return createHash('sha256')
    .update(JSON.stringify([split.sha256, rule, output, decoding]))
    .digest('hex');
}
