/** A recording of any size, read where its events are wanted. */
import { EventCutter, OptionError, type EventBatch } from '../../events/index.ts';
import {
  createDecoder,
  recycleBatch,
  type CreateDecoderOptions,
  type DecodeReport,
  type DetectingDecoder,
  type RandomAccessSource,
  type SideChannelListeners,
} from '../../formats/index.ts';
import { decodeBytes } from '../decode-bytes.ts';
import { fingerprintOf } from './fingerprint.ts';
import { IndexBuilder, type IndexSizes } from './index-builder.ts';
import type { IndexStretch, RecordingIndex, RecordingSummary } from './recording-index.ts';
import { sourceChunks } from './source-chunks.ts';
import { StretchReader } from './stretch-reader.ts';

/** What decoders of a recording are told. */
export type RecordingDecoding = Omit<CreateDecoderOptions, 'sideChannels'>;

/** What reading may be told. */
export interface ReadRecordingOptions {
  /** Its reason is thrown. */
  readonly signal?: AbortSignal;
  /** Called and awaited now and then with the bytes of the recording that were read so far, over all of its readings. */
  readonly onPiece?: (bytes: number) => void | Promise<void>;
}

/** What building an index may be told. */
export interface BuildIndexOptions extends ReadRecordingOptions, IndexSizes {
  /** Who wants triggers, frames and the like on the way; they are counted in the index's report then. */
  readonly sideChannels?: SideChannelListeners;
}

/** What {@link Recording.events} may be told. */
export interface ReadEventsOptions extends ReadRecordingOptions {
  /** Only of this time segment, from 0. Default: of all, one after the other. */
  readonly segment?: number;
}

/** An event where {@link Recording.at} found it. */
export interface RecordedEvent {
  /** In microseconds, as the recording states it. */
  readonly t: number;
  readonly x: number;
  readonly y: number;
  /** 1 = ON. */
  readonly p: number;
  readonly segment: number;
}

/** See `openRecording`. Memory is bounded by a stretch of the index, and by what the format keeps. */
export class Recording {
  readonly source: RandomAccessSource;
  readonly #decoding: RecordingDecoding;
  #index: RecordingIndex | null;
  #bytesRead = 0;
  #lastReader: StretchReader | undefined;

  /** @param index that fits; `openRecording` looks whether it does. */
  constructor(source: RandomAccessSource, decoding: RecordingDecoding, index: RecordingIndex | null) {
    this.source = source;
    this.#decoding = decoding;
    this.#index = index;
  }

  /** The index in use: the one that was given, of the format's own table, or built since. */
  get index(): RecordingIndex | null {
    return this.#index;
  }

  /** Bytes of the recording that were decoded so far, those that were decoded twice counted twice. */
  get bytesRead(): number {
    return this.#bytesRead;
  }

  /** The account of what the latest reading with the help of the index decoded; `null` where it decoded nothing. */
  get lastReport(): DecodeReport | null {
    return this.#lastReader?.report ?? null;
  }

  /**
   * Decodes all of the recording once and notes how to go on at places some hundred kilobytes apart. The index is used from
   * then on, and can be stored with `encodeIndex`.
   *
   * @throws EventFormatError, RecordingAccessError, and what the source throws.
   */
  async buildIndex(options: BuildIndexOptions = {}): Promise<RecordingIndex> {
    for await (const batch of this.#decodeAll(options)) recycleBatch(batch);
    return this.#index!;
  }

  /** What is known without decoding again; without an index that of all events, it is built first. */
  async summary(options: ReadRecordingOptions = {}): Promise<RecordingSummary> {
    return (this.#index ?? (await this.buildIndex(options))).summary;
  }

  /**
   * The events whose time lies in `[from, to)`, in microseconds as the recording states it, in the order in which they were
   * recorded. They are exactly those that decoding from the start gives. Where the recorded time steps back, or begins
   * anew in another time segment, a time comes more than once: all its events are given, segment after segment
   * (`EventBatch.segment`), unless `segment` names one.
   *
   * With an index, only the stretches that may have such events are read. Without one, all of the recording is
   * decoded, and the index is there when the reading comes to its end.
   *
   * @throws OptionError where `to` is not behind `from`; as {@link Recording.buildIndex}.
   */
  async *events(
    from: number = -Infinity,
    to: number = Infinity,
    { segment, ...options }: ReadEventsOptions = {},
  ): AsyncGenerator<EventBatch, void, undefined> {
    if (!(to > from)) throw new OptionError('to', `must be behind from (${from}), got ${to}`);
    const time = { startMicros: from, endMicros: to };
    yield* this.cut(new EventCutter({ time, ...(segment !== undefined && { segment }) }), options);
  }

  /**
   * The first recorded event, of the segment if one is named, with a time of at least `micros`; `null` if none has.
   *
   * @throws as {@link Recording.events}.
   */
  async at(micros: number, options: ReadEventsOptions = {}): Promise<RecordedEvent | null> {
    const { segment: asked, ...reading } = options;
    const cutter = new EventCutter({
      time: { startMicros: micros },
      ...(asked !== undefined && { segment: asked }),
    });
    for await (const batch of this.#read(cutter, reading)) {
      const [kept] = cutter.push(batch);
      const found = kept && {
        t: kept.t[0]!,
        x: kept.x[0]!,
        y: kept.y[0]!,
        p: kept.p[0]!,
        segment: kept.segment,
      };
      recycleBatch(batch);
      if (found !== undefined) return found;
      if (cutter.done) break;
    }
    return null;
  }

  /**
   * What a cutter keeps. Stretches of which the index says that nothing can be kept are not read; the cutter's report counts
   * their events all the same.
   *
   * @throws as {@link Recording.events}.
   */
  async *cut(
    cutter: EventCutter,
    options: ReadRecordingOptions = {},
  ): AsyncGenerator<EventBatch, void, undefined> {
    for await (const batch of this.#read(cutter, options)) {
      const kept = cutter.push(batch);
      if (kept.length === 0) recycleBatch(batch);
      yield* kept;
      if (cutter.done) return;
    }
  }

  #read(cutter: EventCutter, options: ReadRecordingOptions): AsyncGenerator<EventBatch, void, undefined> {
    return this.#index === null ? this.#decodeAll(options) : this.#decodeSome(this.#index, cutter, options);
  }

  async *#decodeSome(
    index: RecordingIndex,
    cutter: EventCutter,
    { signal, onPiece }: ReadRecordingOptions,
  ): AsyncGenerator<EventBatch, void, undefined> {
    const reader = new StretchReader({
      ...{ source: this.source, index, signal },
      createDecoder: () => this.#createDecoder(),
      onBytes: (bytes) => (this.#bytesRead += bytes),
    });
    this.#lastReader = reader;
    for (const [number, stretch] of index.stretches.entries()) {
      if (cutter.done) return;
      if (cutter.mayKeep(index.origin === 'table' ? withNeighbours(index.stretches, number) : stretch)) {
        cutter.enter(stretch);
        yield* reader.read(number);
        await onPiece?.(this.#bytesRead);
      } else {
        cutter.pass(stretch);
      }
    }
  }

  async *#decodeAll({
    signal,
    onPiece,
    sideChannels,
    ...sizes
  }: BuildIndexOptions): AsyncGenerator<EventBatch, void, undefined> {
    const { source } = this;
    const decoder = this.#createDecoder(sideChannels);
    const builder = new IndexBuilder(sizes);
    const before = this.#bytesRead;
    let backwardSteps = 0;
    const reading = {
      source,
      ...(signal && { signal }),
      onPiece: (bytes: number) => {
        builder.place(decoder.resumePoint(), bytes);
        ({ backwardSteps } = decoder.report);
        this.#bytesRead = before + bytes;
        return onPiece?.(this.#bytesRead);
      },
    };
    const batches = decodeBytes(sourceChunks(source, 0, source.size, sizes.stretchBytes), decoder, reading);
    for await (const batch of batches) {
      // Counted for all of the piece that the batch is of.
      builder.push(batch, decoder.report.backwardSteps === backwardSteps);
      yield batch;
    }
    const { geometry, detection, report } = decoder;
    this.#index = builder.finish(report, {
      file: await fingerprintOf(source),
      format: detection!.format.id,
      decoding: decodingText(this.#decoding),
      geometry,
    });
  }

  #createDecoder(sideChannels?: SideChannelListeners): DetectingDecoder {
    return createDecoder({ ...this.#decoding, ...(sideChannels && { sideChannels }) });
  }
}

/**
 * A stretch as if it had its neighbours' times: of a table, those beside what is wanted are read too. As they are what the table
 * says, times that go forwards are not elsewhere.
 */
function withNeighbours(stretches: readonly IndexStretch[], number: number): IndexStretch {
  const tEarliest = stretches[number - 1]?.tEarliest ?? -Infinity;
  const tLatest = stretches[number + 1]?.tLatest ?? Infinity;
  return { ...stretches[number]!, tEarliest, tLatest };
}

/** Options that change no event of a recording whose format is known and which has no damage. */
const WITHOUT_EFFECT: readonly string[] = ['fileName', 'format', 'formats', 'policy', 'maxBatchEvents'];

/** The options of decoding as a text that is the same for the same ones. */
export function decodingText(decoding: RecordingDecoding): string {
  const told = Object.entries(decoding).filter(
    ([name, value]) => value !== undefined && !WITHOUT_EFFECT.includes(name),
  );
  return JSON.stringify(told.sort(([a], [b]) => (a < b ? -1 : 1)));
}
