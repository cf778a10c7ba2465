/** Makes the decisions of a record again, and compares. */
import { readFile } from 'node:fs/promises';
import { OptionError, SaccadeError, sliceBatch } from '../../events/index.ts';
import type { InferenceEngine } from '../../inference/index.ts';
import { CameraFeed } from '../camera/camera-feed.ts';
import type { DecisionMessage, SegmentInfo } from '../protocol/index.ts';
import { partEvents } from './part-data.ts';
import { readPart, type RecordedPart, type RecordedTake } from './read-record.ts';
import type { DecisionDifference, ReplayOutcome } from './replay-outcome.ts';
import { stopsOf, type Stop } from './replay-stops.ts';
import { differingFields, keyOf, windowKey } from './same-decision.ts';

/** See {@link replayTake}. */
export interface ReplayTakeOptions {
  readonly engine: InferenceEngine;
  /** Each decision of a window that the server did not drop. */
  readonly onDecision?: (decision: DecisionMessage) => void;
}

/** Silence is in the record: no other is looked for. */
const NO_FLUSH_MS = 2 ** 31 - 1;
/** Bytes that are pushed at once. */
const PIECE_BYTES = 64 * 1024;
/** Time steps that may wait. */
const QUEUED_STEPS = 64;

/**
 * Replays a take as it came: the same events between the same silences. What depends on when things happened is not
 * repeated but taken from the record: which windows were dropped. Latencies are of the replay.
 *
 * @throws OptionError for what is no record.
 *
 * @example
 * ```ts no-run
 * import { createEngine, readModel } from 'saccade';
 * import { findTakes, replayTake } from 'saccade/live';
 * import { readFileSync } from 'node:fs';
 * const engine = await createEngine(readModel(readFileSync('model.safetensors')));
 * for (const take of await findTakes('record')) {
 *   const { same, different } = await replayTake(take, { engine });
 *   console.log(take.take.camera, same, different.length);
 * }
 * ```
 */
export async function replayTake(recorded: RecordedTake, options: ReplayTakeOptions): Promise<ReplayOutcome> {
  return new TakeReplay(recorded, options).run();
}

/** Hands on some of a piece. */
type PushPiece = (from: number, to: number, leftOut: boolean) => void;

class TakeReplay {
  readonly #recorded: RecordedTake;
  readonly #options: ReplayTakeOptions;
  readonly #feed: CameraFeed;
  /** Those that wait for their like: made and not yet found in a log, or the other way round. */
  readonly #made = new Map<string, DecisionMessage>();
  readonly #kept = new Map<string, DecisionMessage>();
  #same = 0;
  readonly #different: DecisionDifference[] = [];
  readonly #segments = new WeakMap<SegmentInfo, number>();
  /** From which step on a window was dropped. */
  readonly #dropped = new Map<string, number>();
  #segmentIndex = 0;
  #resume: (() => void) | undefined;
  #paused: Promise<void> | undefined;
  readonly #faults: { recorded: string | null; replayed: string | null } = { recorded: null, replayed: null };
  #flushes = 0;
  /** Events that are not in the record, and those that are and were left out. */
  #leftOut = 0;
  #decodedOut = 0;
  readonly #unrepeatable = new Set<string>();
  readonly #gaps = { missingParts: 0, missingSize: 0, skippedParts: 0, skippedSize: 0 };
  #firstSegmentIndex: number | null = null;

  constructor(recorded: RecordedTake, options: ReplayTakeOptions) {
    this.#recorded = recorded;
    this.#options = options;
    const { camera, sensor, payload, decoding } = recorded.take;
    this.#feed = new CameraFeed({
      name: camera,
      engine: options.engine,
      sensor,
      payload,
      fromPeer: true,
      decoding,
      policy: 'pause',
      maxQueuedSteps: QUEUED_STEPS,
      flushAfterMs: NO_FLUSH_MS,
      isSilent: () => Promise.resolve(false),
      onDecision: (decision) => {
        const segmentIndex = this.#indexOf(decision.segment);
        const key = keyOf(segmentIndex, decision);
        const recorded = this.#kept.get(key);
        if (recorded === undefined) this.#made.set(key, decision);
        else {
          this.#kept.delete(key);
          this.#weigh(segmentIndex, recorded, decision);
        }
      },
      onError: (error) => {
        this.#faults.replayed = error instanceof SaccadeError ? String(error.code) : 'SERVER_ERROR';
      },
      onPause: () => {
        this.#paused = new Promise((resolve) => (this.#resume = resolve));
      },
      onResume: () => {
        this.#paused = undefined;
        this.#resume?.();
      },
    });
  }

  async run(): Promise<ReplayOutcome> {
    const { folder, parts } = this.#recorded;
    let expected = 1;
    /** Whether all of the recording in hand was there so far. */
    let isWhole = true;
    let seenSize = 0;
    for (const number of parts) {
      const part = await readPart(folder, number);
      this.#gaps.missingParts += number - expected;
      this.#gaps.missingSize = part.head.sizeBefore - seenSize;
      if (number > expected) isWhole = false;
      expected = number + 1;
      seenSize += part.end.size;
      this.#readLog(part);
      if (part.head.begins) isWhole = true;
      if (isWhole || part.head.format === null) {
        if (isWhole) this.#firstSegmentIndex ??= part.head.segmentIndex;
        await this.#replay(part);
      } else {
        this.#gaps.skippedParts++;
        this.#gaps.skippedSize += part.end.size;
      }
    }
    await this.#feed.end();
    return this.#compare();
  }

  #indexOf(segment: SegmentInfo | null): number {
    return segment === null ? 0 : (this.#segments.get(segment) ?? 0);
  }

  /** Decisions may be told in a later part than that of their events. */
  #readLog({ lines }: RecordedPart): void {
    for (const line of lines) {
      if (line.type === 'decision') this.#keep(line.segmentIndex, line.decision);
      else if (line.type === 'dropped') {
        const key = windowKey(line.segmentIndex, line.window);
        this.#dropped.set(key, Math.min(line.step, this.#dropped.get(key) ?? Infinity));
      } else if (line.type === 'unrepeatable') this.#unrepeatable.add(line.why);
      else if (line.type === 'fault') this.#faults.recorded ??= line.code;
    }
  }

  #keep(segmentIndex: number, recorded: DecisionMessage): void {
    const key = keyOf(segmentIndex, recorded);
    const replayed = this.#made.get(key);
    if (replayed === undefined) this.#kept.set(key, recorded);
    else {
      this.#made.delete(key);
      this.#weigh(segmentIndex, recorded, replayed);
    }
  }

  #weigh(segmentIndex: number, recorded: DecisionMessage, replayed: DecisionMessage): void {
    const { window, step } = replayed;
    const fields = differingFields(recorded, replayed);
    if (fields.length === 0) this.#same++;
    else this.#different.push({ segmentIndex, window, step, fields, recorded, replayed });
    this.#options.onDecision?.(replayed);
  }

  async #replay(part: RecordedPart): Promise<void> {
    const { head, lines } = part;
    if (head.segmentIndex !== this.#segmentIndex && head.segment !== null) {
      this.#segmentIndex = head.segmentIndex;
      const segment = head.segment;
      this.#segments.set(segment, head.segmentIndex);
      this.#feed.startSegment(segment);
    }
    const stops = lines.flatMap(stopsOf);
    let leftOut = false;
    const stopAt = (stop: Stop): void => {
      if (stop.type === 'too-old') leftOut = stop.begins;
      else this.#stop(stop);
    };
    let at = 0;
    for await (const [size, push] of this.#pieces(part)) {
      const start = at;
      const end = at + size;
      while (stops.length > 0 && stops[0]!.after < end) {
        const stop = stops.shift()!;
        if (stop.after > at) push(at - start, stop.after - start, leftOut);
        at = stop.after;
        stopAt(stop);
      }
      push(at - start, size, leftOut);
      at = end;
      await this.#paused;
    }
    for (const stop of stops) stopAt(stop);
    if (at !== part.end.size && part.dataFile !== null)
      throw new OptionError(
        'record',
        `is damaged: ${part.dataFile} holds ${at} in place of ${part.end.size} events or bytes`,
      );
  }

  /** What happened between two events. */
  #stop(stop: Exclude<Stop, { type: 'too-old' }>): void {
    if (stop.type === 'left-out') {
      this.#leftOut += stop.events;
      this.#feed.leaveOut(stop.events);
      return;
    }
    this.#flushes++;
    this.#feed.flush();
  }

  /** The data in pieces: how much each is, and what hands on a part of it. */
  async *#pieces({
    head,
    dataFile,
    end,
  }: RecordedPart): AsyncGenerator<readonly [size: number, push: PushPiece]> {
    // One whose format could not hold its first events has none.
    if (dataFile === null || head.format === null || end.size === 0) return;
    const bytes = await readFile(dataFile);
    const now = performance.now();
    if (head.format === 'raw') {
      for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
        const piece = bytes.subarray(at, at + PIECE_BYTES);
        const push: PushPiece = (from, to, leftOut) => {
          this.#noteDecodedOut(leftOut, () => {
            this.#feed.pushBytes(piece.subarray(from, to), now, now, leftOut);
          });
        };
        yield [piece.length, push];
      }
      return;
    }
    for (const batch of partEvents(head.format, bytes, head.sensor, head.clockSegment))
      yield [
        batch.length,
        (from, to, leftOut) => {
          this.#noteDecodedOut(leftOut, () => {
            this.#feed.pushEvents(sliceBatch(batch, from, to), now, now, leftOut);
          });
        },
      ];
  }

  #noteDecodedOut(leftOut: boolean, push: () => void): void {
    const before = this.#feed.events;
    push();
    if (leftOut) this.#decodedOut += this.#feed.events - before;
  }

  /** What is left has no like. */
  #compare(): ReplayOutcome {
    let notRecorded = 0;
    let dropped = 0;
    for (const replayed of this.#made.values()) {
      const key = windowKey(this.#indexOf(replayed.segment), replayed.window);
      if (replayed.step >= (this.#dropped.get(key) ?? Infinity)) dropped++;
      else {
        notRecorded++;
        this.#options.onDecision?.(replayed);
      }
    }
    return {
      events: this.#feed.events - this.#decodedOut,
      same: this.#same,
      different: this.#different,
      notReplayed: this.#kept.size,
      notRecorded,
      flushes: this.#flushes,
      leftOut: this.#leftOut + this.#decodedOut,
      dropped,
      ...this.#gaps,
      firstSegmentIndex: this.#firstSegmentIndex,
      unrepeatable: [...this.#unrepeatable],
      faults: this.#faults,
    };
  }
}
