/** What a preprocessing run does, as plain data: hashed, stored in the manifest, sent to workers. */
import { createHash } from 'node:crypto';
import {
  sampleName,
  type ClipOptions,
  type FrameDtype,
  type OpenDataset,
  type Sample,
} from '../../datasets/index.ts';
import { integerOption, OptionError, type SensorGeometry } from '../events/index.ts';
import {
  checkEventAugmentation,
  drawFiltersOf,
  type EventAugmentation,
  type FilterSpec,
} from '../filters/index.ts';
import type { CreateDecoderOptions } from '../formats/index.ts';
import {
  representationForm,
  representationText,
  type FrameForm,
  type FrameRule,
  type RepresentationSpec,
} from '../frames/index.ts';
import { PreprocessError } from './errors.ts';
import { areOfImages, IMAGE_DTYPES, type AnyParameters } from './image-parameters.ts';
import { outputForm } from './forms/index.ts';
import type { SensorSurvey } from './sensor-survey.ts';

/** Behind the name of a recording, in front of the number of its copy. */
const COPY_SUFFIX = '_aug';
const MOST_COPIES = 10_000;

/** Everything that decides the bytes of the outputs. */
export interface PreprocessParameters {
  readonly dataset: string;
  readonly decoding: Omit<CreateDecoderOptions, 'geometry'>;
  /** The sensor of recordings that do not state it. */
  readonly geometry: SensorGeometry | null;
  /** A sensor of `null`: each recording's own. `dtype` says how far counts go. */
  readonly rule: Omit<FrameRule, 'countType'>;
  readonly reading: Pick<ClipOptions, 'allowOutside' | 'maxGapMicros' | 'maxHeldEvents' | 'strict'>;
  /** Size of the frames, `null`: that of the rule's sensor, or the recordings' own. */
  readonly output: SensorGeometry | null;
  readonly dtype: FrameDtype;
  /** Windows written of each recording, from its start. One has no number in its name. */
  readonly windows: number | 'all';
  /** Frames, or the events of whole recordings: the rule's binning, `dtype` and `windows` do not matter then. */
  readonly content: 'frames' | 'events';
  /** Name of an `OutputForm`. */
  readonly form: string;
  /** Most bytes of a pack, where the form makes some. */
  readonly packBytes: number;
  /** Left out: recordings as they are. */
  readonly augmentation?: CopiesOfRecordings;
}

/**
 * Copies of each recording for training, with filters drawn for its events: for copy k those of an epoch k. Recordings
 * of the parts for validation and testing have no copies and stay as they are.
 */
export interface CopiesOfRecordings extends EventAugmentation {
  readonly copies: number;
}

/** A copy of a recording, and what was drawn for its events. */
export interface DrawnCopy {
  /** From 0. */
  readonly copy: number;
  readonly filters: readonly FilterSpec[];
}

/** One recording to be turned into files of frames. */
export interface PreprocessJob {
  /** The recording's id in the data set. */
  readonly id: string;
  /** Where it is, as `openEntry` takes it. */
  readonly location: string;
  readonly bytes: number;
  /** The clip of the recording that is meant, `null` for all of it; see `RecordingEntry`. */
  readonly clip: { readonly startMicros: number; readonly endMicros: number } | null;
  /**
   * Folder and name of the output below the run's folder, without what depends on the frames. Names the job: ids
   * repeat between parts of a data set.
   */
  readonly target: string;
  /** The sensor that its decoder is told, `null`: the recording states it. */
  readonly geometry: SensorGeometry | null;
  /** Size that its frames must have, `null` where nothing tells it. */
  readonly frames: SensorGeometry | null;
  /** Index of its class, where outputs state it, else `null`. */
  readonly label: number | null;
  /** `null`: the recording as it is. */
  readonly drawn: DrawnCopy | null;
}

/** Jobs, and the sample of each. */
export interface PlannedJobs {
  readonly jobs: readonly PreprocessJob[];
  readonly samples: readonly Sample[];
}

/** Types that have room for a representation's values, the usual one first. */
const DTYPES: Readonly<Record<FrameForm['elements'], readonly [FrameDtype, ...FrameDtype[]]>> = {
  unsigned: ['uint16', 'uint8', 'float32', 'float64'],
  signed: ['int16', 'float32', 'float64'],
  float32: ['float32', 'float64'],
};

/** The element type that frames are usually written in. */
export function usualDtype(representation: RepresentationSpec): FrameDtype {
  return DTYPES[representationForm(representation).elements][0];
}

/** @throws OptionError for a type that the values of the representation do not fit into. */
export function requireDtype(parameters: AnyParameters): void {
  const { dtype } = parameters;
  const [fitting, what] = areOfImages(parameters)
    ? [IMAGE_DTYPES, 'images']
    : dtypesOf(parameters.rule.representation);
  if (fitting.includes(dtype)) return;
  throw new OptionError('dtype', `must be one of ${fitting.join(', ')} for ${what}, got ${dtype}`);
}

function dtypesOf(representation: RepresentationSpec): [fitting: readonly FrameDtype[], what: string] {
  const { elements } = representationForm(representation);
  return [DTYPES[elements], `the representation ${representationText(representation)}`];
}

/** @throws OptionError for copies that there cannot be. */
export function requireCopies(parameters: AnyParameters): void {
  if (areOfImages(parameters) || parameters.augmentation === undefined) return;
  const { augmentation } = parameters;
  checkEventAugmentation(augmentation.steps);
  integerOption('copies', augmentation.copies, 1, MOST_COPIES);
  integerOption('seed', augmentation.seed, 0, 2 ** 32 - 1);
}

/** What becomes of a recording's events: what was drawn for it comes first. */
export function ruleOf(
  { drawn }: PreprocessJob,
  { rule }: PreprocessParameters,
): PreprocessParameters['rule'] {
  return drawn === null ? rule : { ...rule, filters: [...drawn.filters, ...rule.filters] };
}

/**
 * For a disk on which `A.npz` is `a.npz`: archives from elsewhere, and part folders, may hold both.
 *
 * @throws PreprocessError `SAME_OUTPUT`
 */
export function requireApart(jobs: readonly PreprocessJob[]): void {
  const taken = new Map<string, PreprocessJob>();
  for (const job of jobs) {
    const folded = job.target.normalize('NFC').toLowerCase();
    const other = taken.get(folded);
    if (other !== undefined)
      throw new PreprocessError(
        'SAME_OUTPUT',
        `${other.location} and ${job.location} would become ${other.target} and ${job.target}, which are one file on this disk. Rename one, or use an --out on another.`,
      );
    taken.set(folded, job);
  }
}

/** What all copies of a recording have in common, given the target of one. */
export function recordingOf(target: string, drawn: DrawnCopy | undefined): string {
  return drawn === undefined ? target : target.slice(0, target.lastIndexOf(COPY_SUFFIX));
}

/** The name of a recording, of that of a file that holds a copy of it; others as they are. */
export function recordingOfCopy(file: string): string {
  return file.replace(new RegExp(`${COPY_SUFFIX}\\d+(?=\\.\\w+$)`), '');
}

/** The copies of a sample, `[null]` where there are none. */
function copiesOf(
  sample: Sample,
  augmentation: CopiesOfRecordings | undefined,
): readonly (DrawnCopy | null)[] {
  if (augmentation === undefined || (sample.part !== null && sample.part !== 'train')) return [null];
  return Array.from({ length: augmentation.copies }, (_, copy) => ({
    copy,
    filters: drawFiltersOf(augmentation, copy, sampleName(sample)),
  }));
}

/**
 * The jobs of a data set, in its order.
 *
 * @throws PreprocessError `SAME_OUTPUT` if two recordings have one name but for folder or extension.
 */
export function planJobs(
  dataset: OpenDataset,
  folder: string,
  { geometries, frames }: Pick<SensorSurvey, 'geometries' | 'frames'>,
  parameters: AnyParameters,
): PlannedJobs {
  const form = outputForm(parameters.form);
  const safeName = form.pack?.safeName ?? ((name: string) => name);
  const taken = new Map<string, string>();
  const jobs: PreprocessJob[] = [];
  const samples: Sample[] = [];
  dataset.samples.forEach((sample, i) => {
    const { id, location, bytes } = sample;
    const part = sample.part === null ? '' : `${sample.part}/`;
    const name = `${folder}/${part}${dataset.classes[sample.label]!}/${safeName(stem(sample))}`;
    const augmentation = areOfImages(parameters) ? undefined : parameters.augmentation;
    for (const drawn of copiesOf(sample, augmentation)) {
      const target = drawn === null ? name : `${name}${COPY_SUFFIX}${drawn.copy}`;
      const other = taken.get(target);
      if (other !== undefined) {
        throw new PreprocessError(
          'SAME_OUTPUT',
          `${other} and ${location} would both become ${target}${form.extension}. Rename one, or move it out of the data set.`,
        );
      }
      taken.set(target, location);
      samples.push(sample);
      jobs.push({
        ...{ id, location, bytes, clip: clipOf(sample), target },
        geometry: geometries[i] ?? null,
        frames,
        label: form.statesLabel ? sample.label : null,
        drawn,
      });
    }
  });
  return { jobs, samples };
}

/** Both ends: a clip goes through queues and journals. */
function clipOf({ clip }: Sample): PreprocessJob['clip'] {
  if (clip === undefined) return null;
  const { startMicros = Number.MIN_SAFE_INTEGER, endMicros = Number.MAX_SAFE_INTEGER } = clip;
  return { startMicros, endMicros };
}

/** A record of a file is named by the file too: others have the same numbers. */
function stem({ id }: Sample): string {
  const [, file, number] = /([^/]+)\.bin\/(\d+)$/.exec(id) ?? [];
  if (file !== undefined) return `${file}_${number!}`;
  return id.slice(id.lastIndexOf('/') + 1).replace(/\.[^.]+$/, '');
}

/** Names a set of parameters. */
export function parametersDigest(parameters: AnyParameters): string {
  return createHash('sha256').update(JSON.stringify(parameters)).digest('hex');
}
