/** From the words of the command line to a data set that is open, split, and known by its sensor. */
import { createHash } from 'node:crypto';
import type { Command } from 'commander';
import {
  chooseSplit,
  DatasetError,
  listed,
  otherFilesHint,
  sampleNoun,
  type DatasetDefinition,
  type DatasetPart,
  type LabelledClipOptions,
  type LabelledImageOptions,
  type OpenDataset,
  type Sample,
  type SampleNoun,
  type Split,
} from '../../datasets/index.ts';
import { isArchiveName } from '../../datasets/sources/archive-kinds.ts';
import type { SensorGeometry } from '../events/index.ts';
import { sensorBehind } from '../filters/index.ts';
import type { CreateDecoderOptions } from '../formats/index.ts';
import {
  FRAME_RULE_DEFAULTS,
  requireFrameRule,
  requireNetworkRepresentation,
  type BinningSpec,
} from '../frames/index.ts';
import { takesImages, type AnyModel, type EventInput, type ModelInput } from '../network/index.ts';
import { sortReading } from '../pipeline/index.ts';
import { chooseSensor } from './choose-sensor.ts';
import { prepareImages, requireContent } from './prepare-images.ts';
import { streamFromFlags, type StreamSettings } from './stream-options.ts';
import { openFlaggedDataset, type DatasetFlags } from './dataset-options.ts';
import { trainedSplit } from './trained-split.ts';

/** A data set, opened and split. */
export interface PreparedData {
  readonly dataset: OpenDataset;
  /** `null`: the whole data set is measured, and no part of it was trained on. */
  readonly split: Split | null;
  readonly input: ModelInput;
  readonly clipOptions: (LabelledClipOptions | LabelledImageOptions) & { readonly output: SensorGeometry };
  /** What there is to say of files, sensor and split. */
  readonly notes: readonly string[];
}

/** What is asked for. */
export interface DataRequest {
  readonly root: string;
  readonly flags?: DatasetFlags;
  /** `null`: that of the model, which is of images. */
  readonly binning: BinningSpec | null;
  /** T of a network for images. */
  readonly steps: number;
  /** Of it is known which options were given. */
  readonly command: Command;
  /** What `--sensor` says. */
  readonly sensor?: SensorGeometry | undefined;
  /** Size of the frames; default: the sensor's. */
  readonly resize?: SensorGeometry | undefined;
  /** The model that is to be measured: its input rule holds, and its split where the data are what it was trained on. */
  readonly model?: Pick<AnyModel, 'input' | 'training' | 'network'> | undefined;
}

/** Opens and splits a data set. @throws DatasetError, OptionError, RepresentationError */
export async function prepareData(request: DataRequest): Promise<PreparedData> {
  const { root, flags = {}, model } = request;
  const stream = streamFromFlags(flags);
  const dataset = await openFlaggedDataset(root, flags, stream.decoding.format);
  try {
    const { images } = dataset.definition;
    if (model !== undefined) requireContent(root, dataset, model.input);
    const { reason, ...prepared } =
      images === undefined
        ? await prepareRecordings(dataset, request, stream)
        : { ...prepareImages(dataset, images, request), notes: [] };
    const said = reason === null ? [] : [reason];
    return { ...prepared, notes: [...fileNotes(dataset), ...prepared.notes, ...said] };
  } catch (error) {
    await dataset.close();
    throw error;
  }
}

async function prepareRecordings(
  dataset: OpenDataset,
  { flags = {}, model, binning, ...request }: DataRequest,
  { decoding: asked, rule: askedRule, ...stream }: StreamSettings,
): Promise<PreparedData & { readonly reason: string | null }> {
  const { definition } = dataset;
  const own = model === undefined || takesImages(model.input) ? undefined : model.input;
  const { representation = own?.representation ?? FRAME_RULE_DEFAULTS.representation } = askedRule;
  requireNetworkRepresentation(representation, model?.network.input.maxCount);
  requireFrameRule({ binning: binning!, representation });
  const { decoding, rule: read } = sortReading({ ...definition.decoding, ...asked });
  const fixed = contradictions(definition, asked);
  const { sensor, notes } =
    own === undefined
      ? await chooseSensor(dataset, decoding, request.sensor)
      : { sensor: own.sensor, notes: [] };
  const usual = own ?? { ...FRAME_RULE_DEFAULTS, convention: definition.convention, ...read };
  const input: EventInput = { ...usual, ...askedRule, sensor, binning: binning! };
  const windows = flags.windows ?? (model?.training['windows'] as number | 'all' | undefined) ?? 'all';
  const clipOptions = {
    ...stream,
    decoding,
    rule: input,
    output: request.resize ?? sensorBehind(input.filters, sensor),
    windows,
    skipBad: flags.skipBad ?? false,
    ...(flags.maxClipBytes !== undefined && { maxClipBytes: flags.maxClipBytes }),
  };
  const { split, reason } = model
    ? trainedSplit(dataset, model.training, flags.split)
    : await chooseSplit(dataset, { split: flags.split, clips: clipOptions, windows });
  return { dataset, split, input, clipOptions, notes: [...fixed, ...notes], reason };
}

/** The samples of a part, and which of their windows. */
export interface PartOfData {
  readonly samples: readonly Sample[];
  readonly side: LabelledClipOptions['side'];
}

/** @throws DatasetError `EMPTY_PART` for a part without recordings. */
export function partOfData({ dataset, split }: PreparedData, part: DatasetPart | 'all'): PartOfData {
  if (part === 'all' || split === null) return { samples: dataset.samples, side: null };
  const samples = split[part];
  if (samples.length === 0) {
    const sizes = (['train', 'validation', 'test'] as const).map((name) => `${name} ${split[name].length}`);
    throw new DatasetError(
      'EMPTY_PART',
      part,
      `The split ${split.name} has no ${sampleNoun(dataset.definition)}s in this part: ${sizes.join(', ')}. Name another one (--part), or another split (--split).`,
    );
  }
  const timed = split.trainShare !== null && part !== 'validation';
  return { samples, side: timed ? { part, trainShare: split.trainShare } : null };
}

/** @throws DatasetError `SINGLE_CLASS` if there is nothing to tell apart. */
export function requireClasses(
  root: string,
  { definition }: Pick<OpenDataset, 'definition'>,
  names: readonly string[],
  samples: readonly { readonly label: number }[],
): void {
  const noun = sampleNoun(definition);
  const classes = [...new Set(samples.map(({ label }) => names[label]!))];
  if (classes.length >= 2) return;
  throw new DatasetError(
    'SINGLE_CLASS',
    root,
    `To train, at least two classes are needed: ${samples.length === 0 ? `no ${noun} for training was left` : `all ${noun}s for training are of "${classes[0]!}"`}.${noun === 'recording' ? ' Each class is a folder of its own.' : ''}`,
  );
}

/**
 * Names the training data: the list and the way to frames.
 *
 * @param validation recordings that are not trained on.
 */
export function dataDigest(
  { split, clipOptions }: PreparedData,
  validation: readonly Pick<Sample, 'id'>[] = [],
): string {
  const reading =
    'images' in clipOptions
      ? [clipOptions.images, clipOptions.steps]
      : [clipOptions.rule, clipOptions.output, clipOptions.decoding, clipOptions.windows];
  return createHash('sha256')
    .update(JSON.stringify([split?.sha256, ...reading, validation.map(({ id }) => id)]))
    .digest('hex');
}

/** The user's word holds; that it goes against what the data set is known to be is said. */
export function contradictions(
  { title, decoding }: DatasetDefinition,
  asked: CreateDecoderOptions,
): string[] {
  return Object.entries(decoding).flatMap(([name, known]) => {
    const said = (asked as Record<string, unknown>)[name];
    if (said === undefined || JSON.stringify(said) === JSON.stringify(known)) return [];
    const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
    return [`${title} is read with ${name} ${text(known)}; ${text(said)} is taken, as asked`];
  });
}

/** What there is to say of a data set's files. */
export function fileNotes({ definition, otherFiles, leftOut, notes: found }: OpenDataset): string[] {
  const noun = sampleNoun(definition);
  const notes = [...found];
  if (otherFiles.length > 0) {
    const files =
      otherFiles.length === 1 ? `1 file is no ${noun}` : `${otherFiles.length} files are no ${noun}s`;
    const names = otherFiles.map(({ id }) => id);
    notes.push(`${files} by name and not used: ${listed(names)}.${otherFilesHint(names)}`);
  }
  return [...notes, ...leftOutNotes(leftOut, noun)];
}

/** So many files that were left out are listed; all are counted. */
const LISTED_LEFT_OUT = 10;

/** What was skipped, by name. */
export function leftOutNotes(leftOut: OpenDataset['leftOut'], noun: SampleNoun): string[] {
  if (leftOut.length === 0) return [];
  const lines = leftOut.slice(0, LISTED_LEFT_OUT).map(({ id, problem }) => `  ${id}: ${problem}`);
  if (leftOut.length > lines.length) lines.push(`  and ${leftOut.length - lines.length} more`);
  const what = leftOut.some(({ id }) => isArchiveName(id)) ? 'file' : noun;
  const files = leftOut.length === 1 ? `1 ${what}` : `${leftOut.length} ${what}s`;
  return [`left out ${files}, as asked (--skip-bad):`, ...lines];
}
