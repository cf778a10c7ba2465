/** Decodes stretches of a recording with the help of its index. */
import type { EventBatch } from '../../events/index.ts';
import {
  DETECTION_BYTES,
  EventFormatError,
  recycleBatch,
  type DecodeReport,
  type DetectingDecoder,
  type RandomAccess,
  type RandomAccessSource,
  type ResumePoint,
} from '../../formats/index.ts';
import { RecordingAccessError } from './errors.ts';
import type { IndexStretch, RecordingIndex } from './recording-index.ts';
import { sourceChunks } from './source-chunks.ts';
import { sumReports } from './sum-reports.ts';

const NOTHING = new Uint8Array(0);
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
  /** For decoders that say which bytes they want. */
  #access: RandomAccess | null = null;
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
    const { index } = this.#options;
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
      if (this.#access === null) {
        for await (const batches of this.#pushed(decoder, stretch.point?.byteOffset ?? 0, next?.byteOffset))
          yield* take(batches);
      }
      for await (const batches of this.#supplied(decoder, next)) yield* take(batches);
      if (next === null) {
        this.#at = -1;
        yield* take(decoder.finish());
      }
    } catch (error) {
      this.#at = -1;
      if (error instanceof EventFormatError) yield* error.events;
      throw error;
    }
    const { events } = found;
    // Tables count events that are not delivered, or do not.
    const most = events + (index.origin === 'table' ? lostEvents(decoder) - lostBefore : 0);
    const isNumber = stretch.events >= events && stretch.events <= most;
    const isInside = found.tEarliest >= stretch.tEarliest && found.tLatest <= stretch.tLatest;
    const isThere = next === null || isSamePlace(decoder.resumePoint(), next, index.origin);
    if (isNumber && isThere && (isInside || index.origin === 'decoded')) return;
    throw contradiction(index, stretch, events);
  }

  async #goTo(point: ResumePoint | null): Promise<DetectingDecoder> {
    const { index } = this.#options;
    if (point === null) return this.#start();
    if (this.#decoder !== undefined && this.#at === point.byteOffset) return this.#decoder;
    if (this.#decoder !== undefined) this.#before = structuredClone({ ...this.report! });
    if (this.#decoder === undefined || this.#given < index.prefixBytes) {
      this.#start();
      for await (const batches of this.#pushed(this.#decoder!, 0, index.prefixBytes))
        batches.forEach(recycleBatch);
    }
    this.#decoder!.resume(point);
    this.#at = point.byteOffset;
    return this.#decoder!;
  }

  #start(): DetectingDecoder {
    this.#given = 0;
    this.#at = 0;
    this.#access = null;
    return (this.#decoder = this.#options.createDecoder());
  }

  /** Decodes bytes in order, until the decoder wants others. */
  async *#pushed(
    decoder: DetectingDecoder,
    start: number,
    end: number = this.#options.source.size,
  ): AsyncGenerator<readonly EventBatch[], void, undefined> {
    // Before the format is known nobody can say that other bytes are wanted.
    const least = Math.min(DETECTION_BYTES, this.#options.source.size);
    for await (const piece of this.#pieces(start, Math.max(end, least))) {
      yield decoder.push(piece);
      this.#access = decoder.openRandomAccess(this.#options.source.size);
      if (this.#access === null) continue;
      // All of its first bytes that it needs.
      this.#given = Infinity;
      return;
    }
  }

  /** Decodes the bytes that the decoder wants, until it stands at a place. */
  async *#supplied(
    decoder: DetectingDecoder,
    end: ResumePoint | null,
  ): AsyncGenerator<readonly EventBatch[], void, undefined> {
    const { source, signal, onBytes } = this.#options;
    const access = this.#access;
    if (access === null) return;
    const { origin } = this.#options.index;
    while (access.wanted !== null && !(end !== null && isSamePlace(decoder.resumePoint(), end, origin))) {
      signal?.throwIfAborted();
      const { offset, length } = access.wanted;
      const bytes = length === 0 ? NOTHING : await source.read(offset, length);
      onBytes(bytes.length);
      yield access.supply(bytes);
    }
    if (end !== null) this.#at = end.byteOffset;
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

/** Events that a table may count and that are not delivered. */
function lostEvents({ report: { dropped } }: DetectingDecoder): number {
  return dropped['outside-sensor'] + dropped.invalid;
}

/** Whether a decoder stands at a place. A format's table knows the first numbers of its state. */
function isSamePlace(a: ResumePoint | null, b: ResumePoint, origin: RecordingIndex['origin']): boolean {
  return (
    a?.byteOffset === b.byteOffset &&
    a.segment === b.segment &&
    (a.state.length === b.state.length || origin === 'table') &&
    b.state.every((value, i) => value === a.state[i])
  );
}

function contradiction(index: RecordingIndex, stretch: IndexStretch, events: number): RecordingAccessError {
  const at = stretch.point?.byteOffset ?? 0;
  const found = `the stretch from byte ${at} on has ${events} events, or others than the ${stretch.events} that are stated`;
  return new RecordingAccessError(
    'STALE_INDEX',
    index.origin === 'table'
      ? `The recording's table is wrong: ${found}. Read the recording without it (useTable: false, and no tableBeside).`
      : `The index is not of this recording as it is now: ${found}. Build it again.`,
  );
}
