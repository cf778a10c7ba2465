/** What the page knows of one camera among many: a push class without DOM. */
import type {
  CameraMessage,
  CameraSummary,
  DecisionMessage,
  DisplayFrame,
  SegmentInfo,
  StatsMessage,
  Verdict,
} from '../../../../src/live/client.ts';
import { summariseLosses, type Losses } from '../losses.ts';
import { THRESHOLD_RANGES } from './thresholds.ts';

/** Losses since somebody looked. */
export interface NewLosses extends Losses {
  /** Messages that never came. */
  readonly messages: number;
}

/** What was lost up to a moment. */
interface Account {
  readonly events: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly sequenceGaps: number;
}

const NOTHING: Account = { events: 0, dropped: {}, sequenceGaps: 0 };

/** See the file comment. Times are milliseconds of the clock that its methods are given. */
export class CameraTile {
  readonly name: string;
  connected: boolean = true;
  /** Since when it is there, or gone. */
  changedAt: number;
  segment: SegmentInfo | null = null;
  verdict: Verdict | null = null;
  /** When the verdict was made. */
  decidedAt: number = -Infinity;
  stats: StatsMessage | null = null;
  /** When its count of events last grew, as far as the page has seen. */
  eventsAt: number;
  /** What people should do about its source, if the server says so. */
  advice: string | undefined;
  /** The newest picture, and whether it was not drawn yet. */
  picture: DisplayFrame | null = null;
  isFresh: boolean = false;
  #seen: Account = NOTHING;
  /** Finished windows, in groups with the mean of their scores; the newest last. */
  #scores: { readonly windows: number; readonly mean: number }[] = [];

  constructor(name: string, now: number) {
    this.name = name;
    this.changedAt = now;
    this.eventsAt = now;
  }

  takeCamera({ connected, segment }: CameraMessage, now: number): void {
    // Until the next statistics; who left has what was said last.
    if (connected) this.advice = undefined;
    if (connected !== this.connected) {
      this.connected = connected;
      this.changedAt = now;
      if (connected) this.eventsAt = now;
    }
    if (connected) this.segment = segment;
  }

  /** It is not there any more. */
  leave(now: number): void {
    if (!this.connected) return;
    this.connected = false;
    this.changedAt = now;
  }

  takeSummary({ verdict, windows, meanScore, stats }: CameraSummary, now: number): void {
    if (verdict !== null) {
      this.verdict = verdict;
      this.decidedAt = now - verdict.ageMs;
    }
    this.#score(windows, meanScore);
    if (stats !== null) this.takeStats(stats, now);
  }

  /** A window that silence closed is no verdict beside others. */
  takeDecision(decision: DecisionMessage, now: number): void {
    const { final, flushed, label, scores, classIndex, segment, windowEvents, latencyMs } = decision;
    if (!final || (flushed && this.verdict !== null)) return;
    const score = scores[classIndex]!;
    const truth = segment?.label ?? null;
    this.verdict = { label, score, truth, events: windowEvents, latencyMs, ageMs: 0 };
    this.decidedAt = now;
    if (!flushed) this.#score(1, score);
  }

  takeStats(stats: StatsMessage, now: number): void {
    // Counts begin anew with every connection. What was lost before the page was opened is not new.
    if (this.stats === null) this.#seen = stats;
    else if (stats.events < this.stats.events) this.#seen = NOTHING;
    if (this.stats === null || stats.events !== this.stats.events) this.eventsAt = now;
    this.stats = stats;
    this.advice = stats.advice ?? undefined;
  }

  takePicture(picture: DisplayFrame): void {
    this.picture = picture;
    this.isFresh = true;
  }

  /** Another model is served. */
  forgetVerdicts(): void {
    this.verdict = null;
    this.decidedAt = -Infinity;
    this.#scores = [];
  }

  /** Somebody has seen what was lost. */
  look(): void {
    if (this.stats !== null) this.#seen = this.stats;
  }

  /** What was lost since. */
  get newLosses(): NewLosses {
    const { events, dropped, sequenceGaps } = this.stats ?? NOTHING;
    const seen = this.#seen;
    const since: Record<string, number> = {};
    for (const [reason, count] of Object.entries(dropped))
      since[reason] = count - (seen.dropped[reason] ?? 0);
    const losses = summariseLosses({ events: events - seen.events, dropped: since });
    return { ...losses, messages: sequenceGaps - seen.sequenceGaps };
  }

  /** The mean score of the newest windows; `null` while there are fewer. */
  meanScore(windows: number): number | null {
    let count = 0;
    let sum = 0;
    for (let i = this.#scores.length - 1; i >= 0 && count < windows; i--) {
      count += this.#scores[i]!.windows;
      sum += this.#scores[i]!.windows * this.#scores[i]!.mean;
    }
    return count < windows ? null : sum / count;
  }

  #score(windows: number, mean: number): void {
    if (windows === 0) return;
    this.#scores.push({ windows, mean });
    if (this.#scores.length > THRESHOLD_RANGES.overWindows.most) this.#scores.shift();
  }
}
