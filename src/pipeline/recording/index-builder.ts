/** Builds an index on the way of a decoder through a recording. */
import { RateHistogram, SegmentAccount, type EventBatch } from '../../events/index.ts';
import { firstStepBack } from '../../events/time-order.ts';
import type { DecodeReport, ResumePoint } from '../../formats/index.ts';
import {
  MAX_STRETCHES,
  STRETCH_BYTES,
  type IndexStretch,
  type RecordingIndex,
  type RecordingSummary,
} from './recording-index.ts';

/** Sizes, for tests. */
export interface IndexSizes {
  readonly stretchBytes?: number;
  readonly maxStretches?: number;
}

type Open = { -readonly [Name in keyof IndexStretch]: IndexStretch[Name] };

/** Push class: takes the batches of a recording in order, and the decoder's place now and then. */
export class IndexBuilder {
  readonly #rate = new RateHistogram();
  readonly #segments = new SegmentAccount();
  readonly #maxStretches: number;
  #stretchBytes: number;
  #stretches: IndexStretch[] = [];
  #open: Open;
  #prefixBytes: number | undefined;
  #segment = -1;
  /** Time of the first event of this segment. */
  #origin = 0;

  constructor({ stretchBytes = STRETCH_BYTES, maxStretches = MAX_STRETCHES }: IndexSizes = {}) {
    this.#stretchBytes = stretchBytes;
    this.#maxStretches = maxStretches;
    this.#open = this.#from(null);
  }

  /** The next events. @param isOrdered whether it is known that none is earlier than the one before it. */
  push(batch: EventBatch, isOrdered = false): void {
    const { t, length, segment } = batch;
    if (length === 0) return;
    const inOrder = isOrdered ? length : firstStepBack(t, 0, length);
    this.#rate.push(batch, inOrder);
    this.#segments.push(batch, inOrder);
    if (segment !== this.#segment) [this.#segment, this.#origin] = [segment, t[0]!];
    const open = this.#open;
    if (open.events === 0) Object.assign(open, { segment, tOrigin: this.#origin });
    open.lastSegment = segment;
    open.events += length;
    open.tEarliest = Math.min(open.tEarliest, t[0]!);
    open.tLatest = Math.max(open.tLatest, t[inOrder - 1]!);
    for (let i = inOrder; i < length; i++) {
      open.tEarliest = Math.min(open.tEarliest, t[i]!);
      open.tLatest = Math.max(open.tLatest, t[i]!);
    }
  }

  /**
   * The decoder stands here, behind all events that were pushed.
   *
   * @param bytes that it was given so far.
   */
  place(point: ResumePoint | null, bytes: number): void {
    if (point === null) return;
    this.#prefixBytes ??= bytes;
    if (point.byteOffset - (this.#open.point?.byteOffset ?? 0) < this.#stretchBytes) return;
    this.#close();
    this.#open = this.#from(point);
    if (this.#stretches.length < this.#maxStretches) return;
    this.#stretchBytes *= 2;
    this.#stretches = this.#stretches.flatMap((stretch, i, all) =>
      i % 2 === 0 ? [joined(stretch, all[i + 1])] : [],
    );
  }

  /** No more events come. */
  finish(
    report: DecodeReport,
    about: Pick<RecordingIndex, 'file' | 'format' | 'decoding' | 'geometry'>,
  ): RecordingIndex {
    this.#close();
    const { curve } = this.#rate;
    const summary: RecordingSummary = {
      events: report.events,
      on: report.on,
      tFirst: report.tFirst,
      tLast: report.tLast,
      durationMicros: curve.spanMicros,
      rate: curve,
      segments: this.#segments.segments,
    };
    return {
      origin: 'decoded',
      ...about,
      prefixBytes: this.#prefixBytes ?? 0,
      stretches: this.#stretches,
      summary,
      report: structuredClone({ ...report }),
    };
  }

  #from(point: ResumePoint | null): Open {
    const nothing = { events: 0, tEarliest: Infinity, tLatest: -Infinity };
    return { point, ...nothing, segment: 0, lastSegment: 0, tOrigin: 0 };
  }

  #close(): void {
    const { events, tEarliest, tLatest, ...rest } = this.#open;
    const isEmpty = events === 0;
    this.#stretches.push({
      ...{ ...rest, events },
      tEarliest: isEmpty ? 0 : tEarliest,
      tLatest: isEmpty ? 0 : tLatest,
    });
  }
}

/** Two neighbours as one. */
function joined(first: IndexStretch, second: IndexStretch | undefined): IndexStretch {
  if (second === undefined || second.events === 0) return first;
  if (first.events === 0) return { ...second, point: first.point };
  return {
    ...first,
    events: first.events + second.events,
    tEarliest: Math.min(first.tEarliest, second.tEarliest),
    tLatest: Math.max(first.tLatest, second.tLatest),
    lastSegment: second.lastSegment,
  };
}
