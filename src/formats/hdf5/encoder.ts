/** Writes HDF5 files. */
import { OptionError, type EventBatch, type SensorGeometry } from '../../events/index.ts';
import type { BytePatch, EncoderOptions } from '../event-format.ts';
import { encodableSensor, PushEncoder } from '../push-encoder.ts';
import { DsecWriter } from './writer/dsec.ts';
import { CHUNK_EVENTS, type EventWriter } from './writer/event-writer.ts';
import { FileWriter } from './writer/file-writer.ts';
import { PropheseeWriter } from './writer/prophesee.ts';
import { superblock } from './writer/structures.ts';

/** Places are stored in 16 bits. */
const PLACES = 0x1_0000;

/** What writes a layout. One line a layout. */
const WRITERS = {
  dsec: (file: FileWriter): EventWriter => new DsecWriter(file),
  prophesee: (file: FileWriter): EventWriter => new PropheseeWriter(file),
};

/** Prophesee's layout has no such events. */
const DISORDER =
  "DSEC's table ms_to_idx is of events in order of time: readers that cut by it, as DSEC's own does, miss or mix up those that are earlier than one before; sort them first";

/** A layout that is written. */
export type Hdf5LayoutName = keyof typeof WRITERS;

/** All layouts that are written. */
export const HDF5_LAYOUTS = Object.keys(WRITERS) as readonly Hdf5LayoutName[];

/** Options of the HDF5 encoder. */
export interface Hdf5EncoderOptions extends EncoderOptions {
  /** Default `dsec`. */
  readonly layout?: Hdf5LayoutName;
}

/**
 * Push encoder, in one of two layouts:
 *
 * - `dsec`: `/events/{t,x,y,p}` (uint32 µs from `/t_offset` on, uint16, uint16, uint8 with 1 = ON), and in `/ms_to_idx` the
 *   first event at or behind each millisecond. DSEC's own files are compressed with Blosc; these are with gzip and
 *   shuffle, which h5py reads without plugins. Times reach 2^32 µs behind the first event's, none is before it.
 * - `prophesee`: records of x, y, p and t in `/CD/events`, compressed with ECF as OpenEB writes them, with its index of
 *   2 ms. Times in order from 0 on, places below 2048. Readers need Prophesee's plugin hdf5_ecf.
 *
 * The sensor's size stands in the attribute `geometry` of the root group. Chunks of 16,384 events are written as they fill.
 * What leads to them stands at the end, and its place at the beginning: apply `patches` after `finish`, else nobody reads
 * the file.
 *
 * @throws EventFormatError `UNENCODABLE_EVENT`. OptionError.
 *
 * @example
 * ```ts
 * import { batchFromTuples, Hdf5Decoder, Hdf5Encoder } from 'saccade';
 * const encoder = new Hdf5Encoder({ layout: 'dsec' });
 * const begun = encoder.push(batchFromTuples([[1500, 3, 4, 1]]));
 * const file = new Uint8Array([...begun, ...encoder.finish()]);
 * for (const { byteOffset, bytes } of encoder.patches) file.set(bytes, byteOffset);
 * const decoder = new Hdf5Decoder();
 * const [batch] = [...decoder.push(file), ...decoder.finish()];
 * console.log(batch?.t[0], batch?.x[0], decoder.report.variant); // 1500 3 'HDF5 DSEC'
 * ```
 */
export class Hdf5Encoder extends PushEncoder {
  readonly #file = new FileWriter();
  readonly #writer: EventWriter;
  readonly #chunk = {
    t: new Float64Array(CHUNK_EVENTS),
    x: new Uint16Array(CHUNK_EVENTS),
    y: new Uint16Array(CHUNK_EVENTS),
    p: new Uint8Array(CHUNK_EVENTS),
  };
  #filled = 0;
  #previous: number | undefined;
  #geometry: SensorGeometry | null = null;
  /** Readers leave out what lies outside of the size that is stated. */
  #sensor: SensorGeometry = { width: PLACES, height: PLACES };
  #patches: readonly BytePatch[] = [];

  constructor(options: Hdf5EncoderOptions = {}) {
    super('HDF5', options);
    const { layout = 'dsec' } = options;
    if (!Object.hasOwn(WRITERS, layout))
      throw new OptionError('layout', `must be one of ${HDF5_LAYOUTS.join(', ')}, got ${layout as string}`);
    this.#writer = WRITERS[layout](this.#file);
  }

  get patches(): readonly BytePatch[] {
    return this.#patches;
  }

  protected header(geometry: SensorGeometry | null): Uint8Array {
    this.#geometry = geometry;
    this.#sensor = encodableSensor(geometry, PLACES, PLACES);
    this.#file.append(superblock(null, null));
    // It goes with the first chunk.
    return new Uint8Array(0);
  }

  protected encode(batch: EventBatch): Uint8Array {
    const { t, x, y, p, length } = batch;
    const chunk = this.#chunk;
    let hasMore = false;
    for (let i = 0; i < length; i++) {
      const time = t[i]!;
      const problem = this.#problem(time, x[i]!, y[i]!);
      if (problem !== null) throw this.unencodable(batch, i, 0, problem);
      if (time < (this.#previous ?? time)) this.note(DISORDER);
      this.#previous = time;
      const at = this.#filled++;
      chunk.t[at] = time;
      chunk.x[at] = x[i]!;
      chunk.y[at] = y[i]!;
      chunk.p[at] = p[i]!;
      if (this.#filled < CHUNK_EVENTS) continue;
      this.#flush();
      hasMore = true;
    }
    return hasMore ? this.#file.take() : new Uint8Array(0);
  }

  protected override end(): Uint8Array {
    if (this.#filled > 0) this.#flush();
    const root = this.#writer.finish(this.#geometry);
    this.#patches = [{ byteOffset: 0, bytes: superblock(root, this.#file.length) }];
    return this.#file.take();
  }

  #problem(time: number, x: number, y: number): string | null {
    if (!Number.isSafeInteger(time)) return 'times must be whole numbers below 2^53';
    const { width, height } = this.#sensor;
    if (x >= width || y >= height)
      return `it lies outside the sensor of ${width} x ${height} that the file states`;
    return this.#writer.problem(time, x, y, this.#previous ?? time);
  }

  #flush(): void {
    this.#writer.write(this.#chunk, this.#filled);
    this.#filled = 0;
  }
}
