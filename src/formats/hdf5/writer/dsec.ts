/** Writes DSEC's layout, deflated in place of Blosc: what reads HDF5 reads it without plugins. */
import type { SensorGeometry } from '../../../events/index.ts';
import { writeInt64 } from '../../npy/encoder.ts';
import { CHUNK_EVENTS, type EventColumns, type EventWriter } from './event-writer.ts';
import type { FileWriter } from './file-writer.ts';
import { GzipChunks } from './gzip-chunks.ts';
import { group, integerType, scalarDataset } from './structures.ts';

const MOST_TIME = 2 ** 32;
const MILLISECOND = 1000;

/** See {@link EventWriter}. */
export class DsecWriter implements EventWriter {
  readonly #file: FileWriter;
  readonly #columns: Readonly<Record<'p' | 't' | 'x' | 'y', GzipChunks>>;
  /** The first event of each millisecond. */
  readonly #index: GzipChunks;
  #timeOffset: number | undefined;
  #events = 0;
  #milliseconds = 0;

  constructor(file: FileWriter) {
    this.#file = file;
    const column = (bytes: number): GzipChunks =>
      new GzipChunks(file, integerType(bytes), bytes, CHUNK_EVENTS);
    this.#columns = { p: column(1), t: column(4), x: column(2), y: column(2) };
    this.#index = column(8);
  }

  problem(t: number): string | null {
    this.#timeOffset ??= t;
    const time = t - this.#timeOffset;
    return time >= 0 && time < MOST_TIME
      ? null
      : `times are counted from that of the first event, ${this.#timeOffset}, in 32 bits`;
  }

  write({ t, x, y, p }: EventColumns, count: number): void {
    const times = new DataView(new ArrayBuffer(4 * count));
    const places = [x, y].map((values) => {
      const view = new DataView(new ArrayBuffer(2 * count));
      for (let i = 0; i < count; i++) view.setUint16(2 * i, values[i]!, true);
      return new Uint8Array(view.buffer);
    });
    for (let i = 0; i < count; i++) {
      const time = t[i]! - this.#timeOffset!;
      times.setUint32(4 * i, time, true);
      if (time >= this.#milliseconds * MILLISECOND) this.#countMilliseconds(time, this.#events + i);
    }
    this.#columns.t.write(new Uint8Array(times.buffer));
    this.#columns.x.write(places[0]!);
    this.#columns.y.write(places[1]!);
    this.#columns.p.write(p.subarray(0, count));
    this.#events += count;
  }

  finish(geometry: SensorGeometry | null): number {
    const { p, t, x, y } = this.#columns;
    const events = group({ p: p.finish(), t: t.finish(), x: x.finish(), y: y.finish() });
    const eventsAt = this.#file.append(events);
    const index = this.#index.finish();
    const offset = new DataView(new ArrayBuffer(8));
    writeInt64(offset, 0, this.#timeOffset ?? 0);
    const offsetAt = this.#file.append(scalarDataset(this.#file.append(new Uint8Array(offset.buffer))));
    const members = { events: eventsAt, ms_to_idx: index, t_offset: offsetAt };
    const size = geometry === null ? {} : { geometry: `${geometry.width}x${geometry.height}` };
    return this.#file.append(group(members, size));
  }

  /** All milliseconds up to a time begin with this event, if none before was in them. */
  #countMilliseconds(time: number, event: number): void {
    const until = Math.floor(time / MILLISECOND) + 1;
    while (this.#milliseconds < until) {
      const count = Math.min(CHUNK_EVENTS, until - this.#milliseconds);
      const indices = new DataView(new ArrayBuffer(8 * count));
      for (let i = 0; i < count; i++) writeInt64(indices, 8 * i, event);
      this.#index.write(new Uint8Array(indices.buffer));
      this.#milliseconds += count;
    }
  }
}
