/** The finished windows of one model, and how many of them are right. */
import type { DecisionMessage } from '../../../src/live/client.ts';

/** A finished window. */
export interface HistoryEntry {
  readonly name: string;
  readonly label: string;
  readonly confidence: number;
  readonly truth: string | null;
  readonly events: number;
  /** A few left-over events, closed by silence: shown, but no verdict on the clip. */
  readonly isRest: boolean;
}

const HISTORY_LENGTH = 60;
/** Windows that say how many events are usual. */
const USUAL_LENGTH = 21;
/** A window with less than this share of the usual events is a rest. */
const REST_SHARE = 0.05;

/** See the file comment: a push class. */
export class ScoreKeeper {
  readonly history: HistoryEntry[] = [];
  right = 0;
  judged = 0;
  /** Windows that were not judged because hardly anything happened in them. */
  rests = 0;
  readonly #usual: number[] = [];

  /** Takes a window's last decision. */
  take(decision: DecisionMessage): HistoryEntry {
    const truth = decision.segment?.label ?? null;
    const events = decision.windowEvents;
    const isRest = events < REST_SHARE * median(this.#usual);
    const entry = {
      name: decision.segment?.name ?? `window ${decision.window}`,
      label: decision.label,
      confidence: decision.scores[decision.classIndex]!,
      truth,
      events,
      isRest,
    };
    this.history.push(entry);
    if (this.history.length > HISTORY_LENGTH) this.history.shift();
    if (isRest) {
      this.rests++;
      return entry;
    }
    this.#usual.push(events);
    if (this.#usual.length > USUAL_LENGTH) this.#usual.shift();
    if (truth !== null) {
      this.judged++;
      if (truth === decision.label) this.right++;
    }
    return entry;
  }
}

/** The middle value; 0 of none. */
function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
