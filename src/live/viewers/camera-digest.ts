/** What dashboards with many cameras are told of one of them. */
import {
  MAX_NOTE_LENGTH,
  type CameraSummary,
  type DecisionMessage,
  type DisplayFrame,
  type StatsMessage,
  type Verdict,
} from '../protocol/index.ts';
import { Thumbnail } from './thumbnail.ts';

/** Push class: what a camera's pipeline says in, summaries and small pictures out, as often as they are wanted. */
export class CameraDigest {
  readonly #camera: string;
  readonly #thumbnail = new Thumbnail();
  #decision: DecisionMessage | null = null;
  #decidedAt = 0;
  #windows = 0;
  #scores = 0;
  #stats: StatsMessage | null = null;
  #isNew = false;

  constructor(camera: string) {
    this.#camera = camera;
  }

  /** Whether a window was finished since the last summary. */
  get hasNews(): boolean {
    return this.#isNew;
  }

  /** Windows that were not finished are passed over. */
  takeDecision(decision: DecisionMessage, now: number): void {
    const { final, flushed, segment, scores, classIndex } = decision;
    // What silence closed is often a rest of few events: no verdict in place of one of the same recording.
    const isRest =
      flushed && this.#decision?.flushed === false && this.#decision.segment?.name === segment?.name;
    if (!final || isRest) return;
    this.#decision = decision;
    this.#decidedAt = now;
    this.#isNew = true;
    if (flushed) return;
    this.#windows++;
    this.#scores += scores[classIndex]!;
  }

  takeStats(stats: StatsMessage): void {
    this.#stats = stats;
  }

  takeFrame(frame: DisplayFrame): void {
    this.#thumbnail.push(frame);
  }

  /** The state; windows since the last call. */
  takeSummary(now: number): CameraSummary {
    const windows = this.#windows;
    const summary = {
      camera: this.#camera,
      verdict: this.#decision && verdictOf(this.#decision, now - this.#decidedAt),
      windows,
      meanScore: windows === 0 ? 0 : this.#scores / windows,
      stats: this.#stats && brief(this.#stats),
    };
    this.#windows = 0;
    this.#scores = 0;
    this.#isNew = false;
    return summary;
  }

  /** Events since the last call, `null` if there were none. */
  takeThumbnail(): DisplayFrame | null {
    return this.#thumbnail.take();
  }

  /** Another model is served: what the one before said is of other classes. */
  forgetVerdicts(): void {
    this.#decision = null;
    this.#windows = 0;
    this.#scores = 0;
    this.#isNew = false;
  }
}

function verdictOf(
  { label, scores, classIndex, segment, windowEvents, latencyMs }: DecisionMessage,
  ageMs: number,
): Verdict {
  const truth = segment?.label ?? null;
  return { label, score: scores[classIndex]!, truth, events: windowEvents, latencyMs, ageMs };
}

function brief(stats: StatsMessage): StatsMessage {
  const notes = stats.notes.slice(-1).map(({ recording, text }) => ({
    recording: recording && recording.slice(0, MAX_NOTE_LENGTH),
    text: text.slice(0, MAX_NOTE_LENGTH),
  }));
  return { ...stats, notes };
}
