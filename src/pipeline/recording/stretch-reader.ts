/** Decodes stretches of a recording with the help of its index. */
import type { EventBatch } from '../../events/index.ts';
import {
  EventFormatError,
  recycleBatch,
  type DecodeReport,
  type DetectingDecoder,
  type RandomAccessSource,
  type ResumePoint,
} from '../../formats/index.ts';
import { RecordingAccessError } from './errors.ts';
import type { IndexStretch, RecordingIndex } from './recording-index.ts';
import { sourceChunks } from './source-chunks.ts';
import { sumReports } from './sum-reports.ts';

/** Bytes decoded at once. */
const PIECE_BYTES = 64 * 1024;

/** What a reader needs. */
export interface StretchReaderOptions {
  readonly source: RandomAccessSource;
  readonly index: RecordingIndex;
  readonly createDecoder: () => DetectingDecoder;
  /** Told of bytes before they are decoded. */
  readonly onBytes: (bytes: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Goes from stretch to stretch, forwards; those that follow each other are decoded without a stop. */
export class StretchReader {
  readonly #options: StretchReaderOptions;
  #decoder: DetectingDecoder | undefined;
  /** Where the decoder stands; -1: nowhere. */
  #at = -1;
  /** First bytes of the recording that it was given. */
  #given = 0;
  /** The account of what was read before the decoder jumped. */
  #before: DecodeReport | undefined;

  constructor(options: StretchReaderOptions) {
    this.#options = options;
  }

  /** The account of what was read so far; `null` before. */
  get report(): DecodeReport | null {
    const report = this.#decoder?.report;
    if (report === undefined) return null;
    return this.#before === undefined ? report : sumReports(this.#before, report);
  }

  /**
   * The batches of a stretch, by its number.
   *
   * @throws RecordingAccessError `STALE_INDEX` where they are not what the index says, EventFormatError.
   */
  async *read(number: number): AsyncGenerator<EventBatch, void, undefined> {
    const { source, index } = this.#options;
    const stretch = index.stretches[number]!;
    const next = index.stretches[number + 1]?.point ?? null;
    const found = { events: 0, tEarliest: Infinity, tLatest: -Infinity };
    const take = (batches: readonly EventBatch[]): readonly EventBatch[] => {
      for (const batch of batches) count(batch, found, index.origin === 'table');
      return batches;
    };
    const decoder = await this.#goTo(stretch.point);
    const lostBefore = lostEvents(decoder);
    try {
      for await (const piece of this.#pieces(stretch.point?.byteOffset ?? 0, next?.byteOffset ?? source.size))
        yield* take(decoder.push(piece));
      if (next === null) {
        this.#at = -1;
        yield* take(decoder.finish());
      }
    } catch (error) {
      this.#at = -1;
      if (error instanceof EventFormatError) yield* error.events;
      throw error;
    }
    const events = found.events + (index.origin === 'table' ? lostEvents(decoder) - lostBefore : 0);
    const isInside = found.tEarliest >= stretch.tEarliest && found.tLatest <= stretch.tLatest;
    const isThere = next === null || isSamePlace(decoder.resumePoint(), next);
    if (events === stretch.events && isThere && (isInside || index.origin === 'decoded')) return;
    throw contradiction(index, stretch, events);
  }

  async #goTo(point: ResumePoint | null): Promise<DetectingDecoder> {
    const { index, createDecoder } = this.#options;
    if (point === null) {
      this.#given = 0;
      this.#at = 0;
      return (this.#decoder = createDecoder());
    }
    if (this.#decoder !== undefined && this.#at === point.byteOffset) return this.#decoder;
    if (this.#decoder !== undefined) this.#before = structuredClone({ ...this.report! });
    if (this.#decoder === undefined || this.#given < index.prefixBytes) {
      this.#decoder = createDecoder();
      this.#at = 0;
      this.#given = 0;
      for await (const piece of this.#pieces(0, index.prefixBytes))
        this.#decoder.push(piece).forEach(recycleBatch);
    }
    this.#decoder.resume(point);
    this.#at = point.byteOffset;
    return this.#decoder;
  }

  async *#pieces(start: number, end: number): AsyncGenerator<Uint8Array, void, undefined> {
    const { source, signal, onBytes } = this.#options;
    for await (const chunk of sourceChunks(source, start, end)) {
      for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
        signal?.throwIfAborted();
        const piece = chunk.subarray(at, at + PIECE_BYTES);
        if (this.#given === this.#at) this.#given += piece.length;
        this.#at += piece.length;
        onBytes(piece.length);
        yield piece;
      }
    }
  }
}

function count(
  { t, length }: EventBatch,
  found: { events: number; tEarliest: number; tLatest: number },
  withTimes: boolean,
): void {
  found.events += length;
  for (let i = 0; withTimes && i < length; i++) {
    found.tEarliest = Math.min(found.tEarliest, t[i]!);
    found.tLatest = Math.max(found.tLatest, t[i]!);
  }
}

/** Events that a format's table counts and that are not delivered. */
function lostEvents({ report: { dropped } }: DetectingDecoder): number {
  return dropped['outside-sensor'] + dropped.invalid;
}

function isSamePlace(a: ResumePoint | null, b: ResumePoint): boolean {
  return (
    a?.byteOffset === b.byteOffset &&
    a.segment === b.segment &&
    a.state.length === b.state.length &&
    a.state.every((value, i) => value === b.state[i])
  );
}

function contradiction(index: RecordingIndex, stretch: IndexStretch, events: number): RecordingAccessError {
  const at = stretch.point?.byteOffset ?? 0;
  const found = `the stretch from byte ${at} on has ${events} events, or others than the ${stretch.events} that are stated`;
  return new RecordingAccessError(
    'STALE_INDEX',
    index.origin === 'table'
      ? `The file's own table of packets is wrong: ${found}. Read the recording without it (useTable: false).`
      : `The index is not of this recording as it is now: ${found}. Build it again.`,
  );
}
