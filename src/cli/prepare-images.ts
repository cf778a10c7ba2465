/** A data set of images for training and measuring: direct encoding, and nothing that is of events. */
import { Command } from 'commander';
import { DatasetError, namedSplit, type ImageReading, type OpenDataset } from '../../datasets/index.ts';
import { OptionError, sameSensor, sensorName } from '../events/index.ts';
import { RGB, takesImages, type AnyModel, type ImageInput } from '../network/index.ts';
import { addBinningOptions } from './binning-options.ts';
import type { DatasetFlags } from './dataset-options.ts';
import { givenOptions } from './option-effects.ts';
import type { PreparedData } from './prepare-data.ts';
import { addStreamOptions } from './stream-options.ts';
import { trainedSplit } from './trained-split.ts';

/** Beside those of reading recordings and of windows. */
const OTHER_EVENT_OPTIONS = ['sensor', 'resize', 'windows', 'classFolder', 'maxCount'];

/** Among those of reading recordings and of windows: T, and how archives are opened. */
const OF_IMAGES_TOO = ['steps', 'maxUnpackedBytes', 'unpackTo'];

/** What is asked for. */
export interface ImageRequest {
  readonly flags?: DatasetFlags;
  /** T. */
  readonly steps: number;
  /** Of it is known which options were given. */
  readonly command: Command;
  readonly model?: Pick<AnyModel, 'input' | 'training'> | undefined;
}

/** Splits a data set of images. @throws OptionError for options that are of events; DatasetError */
export function prepareImages(
  dataset: OpenDataset,
  images: ImageReading,
  { flags = {}, steps, command, model }: ImageRequest,
): Omit<PreparedData, 'notes'> & { readonly reason: string | null } {
  requireNoEventOptions(command, dataset.definition.title);
  const input: ImageInput = { encoding: 'direct', size: images.size, channels: RGB };
  const { split, reason } = model
    ? trainedSplit(dataset, model.training, flags.split)
    : namedSplit(dataset, flags.split);
  const clipOptions = {
    images,
    steps,
    output: images.size,
    skipBad: flags.skipBad ?? false,
    ...(flags.maxClipBytes !== undefined && { maxClipBytes: flags.maxClipBytes }),
  };
  return { dataset, split, input, clipOptions, reason };
}

/**
 * Checks that a model takes what a data set is of.
 *
 * @throws DatasetError `WRONG_CONTENT`
 */
export function requireContent(
  root: string,
  { definition: { title, images } }: Pick<OpenDataset, 'definition'>,
  input: AnyModel['input'],
): void {
  const wanted = takesImages(input) ? input.size : null;
  if (images === undefined && wanted === null) return;
  if (images !== undefined && wanted !== null && sameSensor(images.size, wanted)) return;
  const taken = wanted === null ? 'recordings of events' : `images of ${sensorName(wanted)} pixels`;
  const given = images === undefined ? 'of recordings of events' : `of images of ${sensorName(images.size)}`;
  throw new DatasetError('WRONG_CONTENT', root, `The model takes ${taken}, and ${title} is ${given}.`);
}

/** What would be without effect is refused. @param others of the command, by their names in code. @throws OptionError */
export function requireNoEventOptions(command: Command, title: string, others: readonly string[] = []): void {
  const events = addStreamOptions(addBinningOptions(new Command(), { rule: 'number' }));
  const names = events.options
    .map((option) => option.attributeName())
    .filter((name) => !OF_IMAGES_TOO.includes(name));
  const [given] = givenOptions(command, [...names, ...OTHER_EVENT_OPTIONS, ...others]);
  if (given !== undefined)
    throw new OptionError(
      given,
      `is of recordings of events, and ${title} is of images: each is the input at every time step (--steps), with values of 0 to 255`,
    );
}
