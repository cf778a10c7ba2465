/** How people lay out events in HDF5 files. A layout is one file here and one line in `index.ts`. */
import type { SensorGeometry } from '../../../events/index.ts';
import type { ColumnOrder, ColumnRole } from '../../columns.ts';
import type { NumberType } from '../../npy/dtype.ts';
import type { ByteTask } from '../../random-access.ts';
import type { StatedUnit } from '../../time-unit.ts';
import type { Dataset } from '../file/dataset.ts';
import type { Hdf5Tree } from '../file/tree.ts';

/** A column of numbers in a dataset. */
export interface ColumnPlace {
  readonly dataset: Dataset;
  /** Along which rows are. */
  readonly axis: 0 | 1;
  /** Of the column on the other axis. */
  readonly index: number;
  /** Of the number in an element. */
  readonly offset: number;
  readonly type: NumberType;
  /** What is to be subtracted from each number. Missing: nothing. */
  readonly origin?: number;
}

/** Columns of a matrix that has no names for them. */
export interface Matrix {
  readonly dataset: Dataset;
  readonly axis: 0 | 1;
  readonly type: NumberType;
}

/** Events of one camera. */
export interface EventsPlace {
  /** Where they are: a group of columns, or a dataset. */
  readonly path: string;
  /** `null` for a {@link Matrix} of which nothing says what its columns are. */
  readonly columns: Readonly<Record<ColumnRole, ColumnPlace>> | null;
  readonly matrix?: Matrix;
  readonly unit: StatedUnit;
  /** Microseconds to add to the times. */
  readonly timeOffset?: number;
  readonly geometry?: SensorGeometry;
  /** Options that decide something here; the others would be without effect. */
  readonly takes?: readonly ('columns' | 'sample')[];
  /** Whether coordinates, and polarities of 1 and 2, may be counted from 1. */
  readonly countsFromOne?: boolean;
  /** Records of signals at the camera's connector. */
  readonly triggers?: Dataset;
  /** What the reader should know, in a sentence. */
  readonly note?: string;
}

/** What a layout may ask for. */
export interface LayoutOptions {
  /** Order of a matrix's columns, if it is stated. */
  readonly order: ColumnOrder | undefined;
  /** Number of the recording among several, if it is stated. */
  readonly sample: number | undefined;
  readonly maxChunkBytes: number;
}

/** A layout. */
export interface Hdf5Layout {
  /** As reports name it, behind `HDF5`. */
  readonly name: string;
  /** The events in a file that is laid out so; none in others. Looks at names and types only. */
  find(tree: Hdf5Tree, options: LayoutOptions): ByteTask<readonly EventsPlace[]>;
}
