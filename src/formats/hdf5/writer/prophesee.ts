/** Writes Prophesee's layout with ECF, as OpenEB does: events, and where they are every 2 ms. */
import type { SensorGeometry } from '../../../events/index.ts';
import { ECF_EVENT_BYTES, ECF_FILTER, ECF_PLACES } from '../ecf/layout.ts';
import { encodeEcf } from '../ecf/encode.ts';
import { writeInt64 } from '../../npy/encoder.ts';
import { ChunkWriter } from './chunk-writer.ts';
import { CHUNK_EVENTS, type EventColumns, type EventWriter } from './event-writer.ts';
import type { FileWriter } from './file-writer.ts';
import { GzipChunks } from './gzip-chunks.ts';
import { group, integerType, recordType } from './structures.ts';

const INDEX_BYTES = 16;
const TRIGGER_BYTES = 24;
/** Microseconds from one entry of the index to the next. */
const INDEX_PERIOD = 2000;
/** Each 2 ms of it have an entry. */
const LONGEST_SILENCE = 2 ** 32;

const INDEX_TYPE = recordType(INDEX_BYTES, { id: [0, integerType(8)], ts: [8, integerType(8, true)] });
const TRIGGER_TYPE = recordType(TRIGGER_BYTES, {
  p: [0, integerType(2, true)],
  t: [8, integerType(8, true)],
  id: [16, integerType(2, true)],
});

/** See {@link EventWriter}. */
export class PropheseeWriter implements EventWriter {
  readonly #file: FileWriter;
  readonly #chunks: ChunkWriter;
  readonly #index: GzipChunks;
  #first: number | undefined;
  #events = 0;
  /** Entries of the index, the first of which stands before all times. */
  #entries = 0;

  constructor(file: FileWriter) {
    this.#file = file;
    this.#chunks = new ChunkWriter(file, {
      type: recordType(ECF_EVENT_BYTES, {
        x: [0, integerType(2)],
        y: [2, integerType(2)],
        p: [4, integerType(2, true)],
        t: [8, integerType(8, true)],
      }),
      elementBytes: ECF_EVENT_BYTES,
      chunkRows: CHUNK_EVENTS,
      filters: [{ id: ECF_FILTER, name: '', values: [] }],
    });
    this.#index = new GzipChunks(file, INDEX_TYPE, INDEX_BYTES, CHUNK_EVENTS);
  }

  problem(t: number, x: number, y: number, previous: number): string | null {
    if (x >= ECF_PLACES || y >= ECF_PLACES) return `places are below ${ECF_PLACES}`;
    if (t < 0) return 'times begin at 0';
    if (t < previous) return 'times must be in order';
    return t - previous < LONGEST_SILENCE ? null : `no silence may be of ${LONGEST_SILENCE} µs`;
  }

  write(events: EventColumns, count: number): void {
    const { t, x, y, p } = events;
    this.#first ??= t[0]!;
    for (let i = 0; i < count; i++) this.#indexUpTo(t[i]! - this.#first, this.#events + i);
    this.#events += count;
    // A chunk is whole for whoever reads it: behind the last event nothing happens, at its time.
    t.fill(t[count - 1]!, count);
    for (const column of [x, y, p]) column.fill(0, count);
    this.#chunks.write(encodeEcf(events, CHUNK_EVENTS), count);
  }

  finish(geometry: SensorGeometry | null): number {
    const index = this.#index.finish({ offset: String(-(this.#first ?? 0)) });
    const events = this.#chunks.finish();
    const triggers = new GzipChunks(this.#file, TRIGGER_TYPE, TRIGGER_BYTES, CHUNK_EVENTS).finish();
    const triggerIndex = new GzipChunks(this.#file, INDEX_TYPE, INDEX_BYTES, CHUNK_EVENTS).finish();
    const members = {
      CD: this.#file.append(group({ events, indexes: index })),
      EXT_TRIGGER: this.#file.append(group({ events: triggers, indexes: triggerIndex })),
    };
    const size = geometry === null ? {} : { geometry: `${geometry.width}x${geometry.height}` };
    return this.#file.append(group(members, { version: '1.0', format: 'ECF', ...size }));
  }

  /** Each 2 ms have the first event in them or behind, with its time from the first one's. */
  #indexUpTo(time: number, event: number): void {
    const until = 2 + Math.floor(time / INDEX_PERIOD);
    if (this.#entries >= until) return;
    if (this.#entries === 0) this.#writeEntries(1, 0, -1);
    while (this.#entries < until)
      this.#writeEntries(Math.min(CHUNK_EVENTS, until - this.#entries), event, time);
  }

  #writeEntries(count: number, event: number, time: number): void {
    const entries = new DataView(new ArrayBuffer(INDEX_BYTES * count));
    for (let i = 0; i < count; i++) {
      writeInt64(entries, INDEX_BYTES * i, event);
      writeInt64(entries, INDEX_BYTES * i + 8, time);
    }
    this.#index.write(new Uint8Array(entries.buffer));
    this.#entries += count;
  }
}
