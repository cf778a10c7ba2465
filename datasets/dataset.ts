/** What every data set provides. A data set is one file here and one line in `registry.ts`. */
import type { Convention, SensorGeometry } from '../src/events/index.ts';
import type { CreateDecoderOptions } from '../src/formats/index.ts';
import type { DatasetAbout } from './about.ts';
import type { ImageReading } from './images/index.ts';
import type { ClassFolder } from './layout.ts';
import type { ArchiveOptions } from './sources/archive.ts';
import type { RecordingEntry } from './sources/source.ts';

/** The parts that data sets come in. */
export type DatasetPart = 'train' | 'validation' | 'test';

/** A file that could not be used, and why: `problem` follows its name. */
export interface LeftOutFile {
  readonly id: string;
  readonly problem: string;
}

/** How a data set is opened. */
export interface OpenDatasetOptions extends ArchiveOptions {
  /**
   * Leave recordings out whose place says too little, and archives that cannot be read where they are some of several, and name
   * them in `leftOut`, instead of refusing.
   */
  readonly skipBad?: boolean;
  /** Which folder names the class where recordings lie in folders within folders. */
  readonly classFolder?: ClassFolder;
  /** The recordings' format: files are taken by its extensions, and text by `.txt` too. */
  readonly format?: string;
}

/** One labelled recording. */
export interface Sample extends RecordingEntry {
  /** Index into the classes. */
  readonly label: number;
  /** The part that the data set itself puts it in, `null` where it has none. */
  readonly part: DatasetPart | null;
}

/** A data set on disk. */
export interface OpenDataset {
  readonly definition: DatasetDefinition;
  readonly classes: readonly string[];
  /** In natural order of their ids. */
  readonly samples: readonly Sample[];
  /** Files that are no recordings by their names. */
  readonly otherFiles: readonly RecordingEntry[];
  /** Recordings and archives that were left out as bad, with `skipBad`. */
  readonly leftOut: readonly LeftOutFile[];
  /** What else there is to say of its files, for people: those that are there twice, those that a list names and nobody has. */
  readonly notes: readonly string[];
  close(): Promise<void>;
}

/** A split by name: which samples are trained on, which are tested on. */
export interface SplitDefinition {
  /** Name, or its beginning where a number follows: `random-` takes `random-7`. */
  readonly name: string;
  readonly summary: string;
  /** What may follow the beginning of a name. Default: whole numbers. */
  readonly number?: RegExp;
  /** For a split by time: the share of each recording's windows, from its start, that is trained on. */
  trainShare?(name: string): number;
  /** The part of each sample, in the order of `samples`. */
  assign(samples: readonly Sample[], name: string): DatasetPart[];
}

/** A data set as saccade knows it. */
export interface DatasetDefinition {
  readonly id: string;
  readonly title: string;
  readonly about: DatasetAbout;
  /** `null` where recordings state their own; of images their size. */
  readonly sensor: SensorGeometry | null;
  /** Of a data set of images, how they are read: `decoding` and `convention` are of recordings. */
  readonly images?: ImageReading;
  /** How its recordings are to be decoded; the convention is applied behind. */
  readonly decoding: CreateDecoderOptions;
  /** Name of the coordinate convention, recorded with models and frames. */
  readonly convention: Convention;
  /** The first one is the default. */
  readonly splits: readonly SplitDefinition[];
  /** Whether a folder or archive looks like this data set; of an archive that is not called so nothing is read. */
  detect(root: string, options?: OpenDatasetOptions): Promise<boolean>;
  /** @throws DatasetError */
  open(root: string, options?: OpenDatasetOptions): Promise<OpenDataset>;
}
