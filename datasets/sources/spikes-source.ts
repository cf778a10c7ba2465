/**
 * Recordings of spikes in an HDF5 file (SHD, SSC: `spikes/times`, `spikes/units`, `labels`) as members of an archive, each as
 * a NumPy archive of `t` (seconds), `x` (the unit), `y` and `p`: one at a time is read, not the file for each.
 */
import path from 'node:path';
import { EventFormatError } from '../../src/formats/index.ts';
import { DatasetReader } from '../../src/formats/hdf5/dataset-reader.ts';
import { Cursor } from '../../src/formats/hdf5/file/cursor.ts';
import type { Dataset } from '../../src/formats/hdf5/file/dataset.ts';
import { openHdf5File } from '../../src/formats/hdf5/file/file-reader.ts';
import {
  readSequence,
  readSequencePlace,
  type SequencePlace,
} from '../../src/formats/hdf5/file/global-heap.ts';
import { Hdf5Tree } from '../../src/formats/hdf5/file/tree.ts';
import { readNumbers } from '../../src/formats/npy/numbers.ts';
import { runByteTask, type ByteTask } from '../../src/formats/random-access.ts';
import { DatasetError } from '../errors.ts';
import { writeNpz } from '../npz.ts';
import { partsOf } from './archive-kinds.ts';
import { openFileSource } from './file-source.ts';
import { once, type ClosableSource, type RecordingEntry, type RecordingSource } from './source.ts';

const MOST_BYTES = 2 ** 28;
const LIMITS = { maxChunkBytes: MOST_BYTES, onElements: (): void => undefined };
/** Of an event in the archive: 8 of the time, 2 of each place, 1 of the polarity. */
const EVENT_BYTES = 13;
/** No unit. */
const OUTSIDE = 2 ** 16 - 1;

/** What is read of a file once. */
interface Spikes {
  readonly times: Dataset;
  readonly units: Dataset;
  readonly timePlaces: readonly SequencePlace[];
  readonly unitPlaces: readonly SequencePlace[];
  readonly labels: readonly number[];
}

/** See the file comment. */
export class SpikesSource implements RecordingSource {
  readonly path: string;
  readonly #file: ClosableSource;
  readonly #spikes: Spikes;

  private constructor(location: string, file: ClosableSource, spikes: Spikes) {
    this.path = location;
    this.#file = file;
    this.#spikes = spikes;
  }

  /** @param location as the file is called, where it is another. @throws DatasetError `NOT_FOUND`, `BAD_ARCHIVE`. */
  static async open(file: string, location: string = file): Promise<SpikesSource> {
    const source = await openFileSource(file);
    try {
      return new SpikesSource(location, source, await runByteTask(readSpikes(), source));
    } catch (cause) {
      await source.close();
      if (!(cause instanceof EventFormatError)) throw cause;
      throw new DatasetError('BAD_ARCHIVE', location, `It holds no recordings of spikes: ${cause.message}`, {
        cause,
      });
    }
  }

  /** Index of the class of each recording. */
  get labels(): readonly number[] {
    return this.#spikes.labels;
  }

  async list(): Promise<RecordingEntry[]> {
    const empty = (await this.#archive(null)).length;
    // As it is called where it is not packed: nothing that is drawn by names depends on that.
    const name = path.basename(partsOf(this.path).at(-1)!).replace(/\.gz$/i, '');
    return this.#spikes.timePlaces.map(({ count }, i): RecordingEntry => ({
      id: `${name}/${i}`,
      bytes: empty + EVENT_BYTES * count,
      location: `${this.path}!${i}`,
      open: () => once(() => this.#archive(i)),
    }));
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  /** @param sample `null`: one without events. */
  async #archive(sample: number | null): Promise<Uint8Array> {
    const { times, units, timePlaces, unitPlaces } = this.#spikes;
    const numbers = async (dataset: Dataset, places: readonly SequencePlace[]): Promise<Float64Array> =>
      sample === null ? new Float64Array(0) : runByteTask(sequence(dataset, places[sample]!), this.#file);
    const [t, x] = [await numbers(times, timePlaces), await numbers(units, unitPlaces)];
    if (t.length !== x.length)
      throw new DatasetError(
        'BAD_RECORD',
        `${this.path}!${sample!}`,
        `The recording has ${t.length} times and ${x.length} units.`,
      );
    const shape = [t.length];
    return writeNpz(
      [
        { name: 't', type: 'float64', shape, data: t },
        { name: 'x', type: 'uint16', shape, data: x.map(unitOf) },
        { name: 'y', type: 'uint16', shape, data: new Uint8Array(t.length) },
        { name: 'p', type: 'uint8', shape, data: new Uint8Array(t.length).fill(1) },
      ],
      { level: 0 },
    );
  }
}

/** What 16 bits do not hold must not become a unit that there is. */
function unitOf(unit: number): number {
  return unit >= 0 && unit <= OUTSIDE ? unit : OUTSIDE;
}

function* readSpikes(): ByteTask<Spikes> {
  const tree = new Hdf5Tree(yield* openHdf5File());
  const [times, units, labels] = [
    yield* tree.dataset('/spikes/times'),
    yield* tree.dataset('/spikes/units'),
    yield* tree.dataset('/labels'),
  ];
  if (times?.type.kind !== 'sequence' || units?.type.kind !== 'sequence' || labels?.type.kind !== 'number')
    throw new EventFormatError(
      'BAD_HEADER',
      0,
      'There must be sequences /spikes/times and /spikes/units, and numbers /labels.',
    );
  const [timePlaces, unitPlaces] = [yield* placesOf(times), yield* placesOf(units)];
  const numbers = yield* numbersOf(labels);
  if (timePlaces.length !== numbers.length || unitPlaces.length !== numbers.length)
    throw new EventFormatError(
      'BAD_HEADER',
      0,
      `There are ${timePlaces.length} sequences of times, ${unitPlaces.length} of units and ${numbers.length} labels.`,
    );
  return { times, units, timePlaces, unitPlaces, labels: numbers };
}

function* placesOf(dataset: Dataset): ByteTask<SequencePlace[]> {
  const places: SequencePlace[] = [];
  yield* rowsOf(dataset, (bytes, byteOffset) => {
    places.push(readSequencePlace(new Cursor(bytes, byteOffset, `An element of ${dataset.path}`)));
  });
  return places;
}

function* numbersOf(dataset: Dataset): ByteTask<number[]> {
  const { type } = dataset;
  if (type.kind !== 'number') throw new TypeError('no numbers');
  const numbers: number[] = [];
  const number = new Float64Array(1);
  yield* rowsOf(dataset, (bytes) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    readNumbers({ view, offset: 0, stride: type.bytes, type: type.number }, 0, number);
    numbers.push(number[0]!);
  });
  return numbers;
}

/** @throws EventFormatError where elements are missing. */
function* rowsOf(
  dataset: Dataset,
  take: (bytes: Uint8Array<ArrayBuffer>, byteOffset: number) => void,
): ByteTask<void> {
  const reader = new DatasetReader(dataset, LIMITS);
  const rows = dataset.shape[0] ?? 0;
  for (let row = 0; row < rows;) {
    const { view, hole, offset, stride, from, to, byteOffset } = yield* reader.stretch(0, 0, row);
    if (hole !== null) throw new EventFormatError(hole.code, hole.byteOffset, hole.message);
    for (; row < Math.min(to, rows); row++) {
      const at = view.byteOffset + offset + (row - from) * stride;
      take(new Uint8Array(view.buffer as ArrayBuffer, at, dataset.type.bytes), byteOffset);
    }
  }
}

function* sequence({ type, object }: Dataset, place: SequencePlace): ByteTask<Float64Array> {
  if (type.kind !== 'sequence' || type.of.kind !== 'number') throw new TypeError('no sequences');
  const { bytes } = yield* readSequence(object.file, place, type.of.bytes, MOST_BYTES);
  const numbers = new Float64Array(place.count);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  readNumbers({ view, offset: 0, stride: type.of.bytes, type: type.of.number }, 0, numbers);
  return numbers;
}
