/** Whether a camera's windows wait because of the cluster, and not for their turn. */
import type { Standstill, StandstillReason } from '../protocol/index.ts';

/** What is over sooner is not worth telling. */
const NOTABLE_MS = 500;

/** Push class. It begins with the step that waits, and ends when that is answered. */
export class StandstillWatch {
  readonly #silence: () => StandstillReason | null;
  /** When the step in hand was asked for, `null` without one. */
  #askedAt: number | null = null;
  #reason: StandstillReason | null = null;
  /** The last one that is over. */
  #last: { readonly reason: StandstillReason; readonly until: number } | null = null;

  /** @param silence what keeps the step waiting though nobody has said so. */
  constructor(silence: () => StandstillReason | null) {
    this.#silence = silence;
  }

  /** The one that lasts. */
  get now(): Standstill | null {
    if (this.#askedAt === null) return null;
    const reason = this.#reason ?? this.#silence();
    const forMs = performance.now() - this.#askedAt;
    return reason === null || forMs < NOTABLE_MS ? null : { reason, forMs };
  }

  /** Why what came then has waited too long, `null` if the cluster is not to blame. */
  reasonFor(receivedAt: number): StandstillReason | null {
    if (this.now !== null) return this.now.reason;
    return this.#last !== null && receivedAt <= this.#last.until ? this.#last.reason : null;
  }

  asked(): void {
    this.#askedAt = performance.now();
    this.#reason = null;
  }

  /** The newest reason counts. */
  begin(reason: StandstillReason): void {
    if (this.#askedAt !== null) this.#reason = reason;
  }

  answered(): void {
    const { now } = this;
    if (now !== null) this.#last = { reason: now.reason, until: performance.now() };
    this.#askedAt = null;
    this.#reason = null;
  }
}
