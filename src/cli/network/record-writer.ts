/** Writes what comes from the network into files: each whole, or not there. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import {
  batchFromTuples,
  sliceBatch,
  TimeRebaser,
  type EventBatch,
  type SensorGeometry,
} from '../../events/index.ts';
import { firstStepBack, lowerBound } from '../../events/time-order.ts';
import {
  createEncoder,
  EventFormatError,
  prepareZstdEncoder,
  type EventEncoder,
  type EventFormat,
} from '../../formats/index.ts';
import { recycleBytes } from '../../formats/recycle-bytes.ts';
import type { EncodingOptions } from '../convert-recording.ts';
import { checkOutput, OutputFile } from '../output-file.ts';

/** See {@link RecordWriter}. */
export interface RecordWriterOptions {
  /** Name of the first file; further ones have a number in front of the extension. */
  readonly output: string;
  readonly format: EventFormat;
  readonly encoding: EncodingOptions;
  /** Subtracts each file's first time. */
  readonly rebaseTime: boolean;
  /** Whether files that are there may be replaced. */
  readonly force: boolean;
  /** A file that is larger, or spans more recorded time, is followed by another. */
  readonly maxFileBytes: number;
  readonly maxFileMicros: number;
}

/** A file that is there now. */
export interface RecordedFile {
  readonly file: string;
  readonly events: number;
  readonly bytes: number;
  /** Of the recorded time, before any was subtracted. */
  readonly tFirst: number;
  readonly tLast: number;
}

/** Of formats that hold everything back until the end, an event counts so much. */
const HELD_EVENT_BYTES = 16;
const PROBE = { width: 2, height: 2 };

/** Whether events may only go forward in time in a format. */
function needsOrder(format: EventFormat, encoding: EncodingOptions): boolean {
  try {
    const encoder = createEncoder(format, { ...encoding, geometry: PROBE });
    encoder.push(
      batchFromTuples(
        [
          [10, 0, 0, 1],
          [5, 0, 0, 1],
        ],
        PROBE,
      ),
    );
    encoder.finish();
    return false;
  } catch (error) {
    if (error instanceof EventFormatError) return true;
    throw error;
  }
}

interface OpenFile {
  readonly name: string;
  readonly output: OutputFile;
  readonly encoder: EventEncoder;
  readonly rebaser: TimeRebaser | null;
  readonly segment: number;
  readonly tFirst: number;
  newest: number;
  events: number;
}

/**
 * Push class. A new file begins with every stream, with every reset of the camera's clock, and where the last one is
 * full. A format that cannot hold events which go back in time gets none: they are counted as `late`.
 *
 * @throws OptionError for a file that is there, OutputError, EventFormatError for events that the format cannot hold; what
 * was written before is in whole files.
 */
export class RecordWriter {
  readonly files: RecordedFile[] = [];
  readonly #options: RecordWriterOptions;
  readonly #ordered: boolean;
  #open: OpenFile | null = null;
  #number = 0;
  #late = 0;
  #unencodable = 0;

  constructor(options: RecordWriterOptions) {
    this.#options = options;
    this.#ordered = needsOrder(options.format, options.encoding);
  }

  /** Bytes so far, of the file in hand too. */
  get bytes(): number {
    return this.files.reduce((sum, { bytes }) => sum + bytes, this.#openBytes);
  }

  /** Events so far. */
  get events(): number {
    return this.files.reduce((sum, { events }) => sum + events, this.#open?.events ?? 0);
  }

  /** What was left out, by reason; zero counts are left out. */
  get dropped(): Readonly<Record<string, number>> {
    return {
      ...(this.#late > 0 && { late: this.#late }),
      ...(this.#unencodable > 0 && { unencodable: this.#unencodable }),
    };
  }

  /** Checks the first name before anything comes. @throws OptionError */
  async check(): Promise<void> {
    const { output, force, encoding } = this.#options;
    await checkOutput(output, '', force);
    if (String(encoding['compression']).startsWith('zstd')) await prepareZstdEncoder();
  }

  /** @param sensor where batches do not state it. */
  async push(batch: EventBatch, sensor: SensorGeometry | null): Promise<void> {
    let rest = batch.geometry === null && sensor !== null ? { ...batch, geometry: sensor } : batch;
    while (rest.length > 0) {
      if (this.#open !== null && this.#isFull(rest)) await this.end();
      const file = (this.#open ??= await this.#begin(rest));
      const to = this.#endOfFile(file, rest);
      const part = sliceBatch(rest, 0, to);
      if (!this.#ordered) await this.#write(file, part);
      else for (const run of this.#inOrder(file, part)) await this.#write(file, run);
      rest = sliceBatch(rest, to, rest.length);
    }
  }

  /** The stream is over: its file appears. */
  async end(): Promise<void> {
    const file = this.#open;
    if (file === null) return;
    this.#open = null;
    const { name, output, encoder, events, tFirst, newest } = file;
    try {
      await output.write(encoder.finish());
      await output.patch(encoder.patches ?? []);
      await output.commit();
      this.files.push({ file: name, events, bytes: output.bytes, tFirst, tLast: newest });
    } finally {
      await output.discard();
    }
  }

  get #openBytes(): number {
    if (this.#open === null) return 0;
    const { output, events } = this.#open;
    return this.#options.format.streaming ? output.bytes : events * HELD_EVENT_BYTES;
  }

  #isFull({ segment, t }: EventBatch): boolean {
    const { maxFileBytes, maxFileMicros } = this.#options;
    const file = this.#open!;
    return (
      segment !== file.segment || this.#openBytes >= maxFileBytes || t[0]! - file.tFirst >= maxFileMicros
    );
  }

  /** Index of the first event that is of another file by its time. */
  #endOfFile({ tFirst }: OpenFile, { t, length }: EventBatch): number {
    const end = tFirst + this.#options.maxFileMicros;
    if (end === Infinity) return length;
    let to = 0;
    while (to < length && t[to]! < end) to++;
    return to;
  }

  async #begin({ segment, t, geometry }: EventBatch): Promise<OpenFile> {
    const { format, encoding, rebaseTime } = this.#options;
    const name = await this.#nextName();
    const output = await OutputFile.create(name);
    const encoder = createEncoder(format, { ...encoding, ...(geometry && { geometry }) });
    const rebaser = rebaseTime ? new TimeRebaser() : null;
    return { name, output, encoder, rebaser, segment, tFirst: t[0]!, newest: -Infinity, events: 0 };
  }

  async #nextName(): Promise<string> {
    const { output, force } = this.#options;
    const { dir, name, ext } = path.parse(output);
    for (;;) {
      this.#number++;
      const file = this.#number === 1 ? output : path.join(dir, `${name}-${this.#number}${ext}`);
      if (this.#number === 1 || force || (await stat(file).catch(() => null)) === null) return file;
    }
  }

  *#inOrder(file: OpenFile, batch: EventBatch): Generator<EventBatch, void, undefined> {
    const { t, length } = batch;
    for (let at = 0; at < length;) {
      const to = firstStepBack(t, at, length);
      const from = lowerBound(t, file.newest, at, to);
      this.#late += from - at;
      if (to > from) yield sliceBatch(batch, from, to);
      at = to;
    }
  }

  async #write(file: OpenFile, batch: EventBatch): Promise<void> {
    const rebased = file.rebaser?.push(batch) ?? batch;
    let bytes: Uint8Array;
    try {
      bytes = file.encoder.push(rebased);
    } catch (error) {
      this.#unencodable += batch.length;
      throw error;
    }
    await file.output.write(bytes);
    recycleBytes(bytes);
    file.events += batch.length;
    file.newest = Math.max(file.newest, batch.t[batch.length - 1]!);
  }

  /** Ends the run: what is whole appears, what cannot be does not. */
  async close(): Promise<void> {
    const file = this.#open;
    try {
      if (file !== null && file.events > 0) await this.end();
    } finally {
      await file?.output.discard();
    }
  }
}
