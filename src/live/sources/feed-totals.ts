/** The account of a camera over all its feeds. */
import type { Feed } from '../camera/feed-host.ts';
import { LossAccount } from '../camera/loss-account.ts';
import type { RecordingNote } from '../protocol/index.ts';

/** Counts as an `end` message has them. */
export interface FeedCounts {
  readonly events: number;
  readonly decisions: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly notes: readonly RecordingNote[];
}

/** Notes are for people. */
const MAX_NOTES = 10;

/** Adds up feeds that ended, and what was lost beside them. */
export class FeedTotals {
  #events = 0;
  #decisions = 0;
  readonly #losses = new LossAccount();
  #notes: readonly RecordingNote[] = [];

  /** A feed ended. */
  add({ events, decisions, dropped, notes }: Feed): void {
    this.#events += events;
    this.#decisions += decisions;
    this.#losses.addAll(dropped);
    this.#notes = [...this.#notes, ...notes].slice(-MAX_NOTES);
  }

  /** Events that no feed took. */
  lose(reason: string, count: number): void {
    this.#losses.add(reason, count);
  }

  /** With the feed in hand, and what its source left out and notes. */
  with(
    { events, decisions, dropped, notes }: FeedCounts,
    source: Pick<FeedCounts, 'dropped' | 'notes'> = { dropped: {}, notes: [] },
  ): FeedCounts {
    const losses = new LossAccount();
    losses.addAll(this.#losses.with(dropped));
    return {
      events: this.#events + events,
      decisions: this.#decisions + decisions,
      dropped: losses.with(source.dropped),
      notes: [...source.notes, ...this.#notes, ...notes],
    };
  }
}
