/** The account of a connection's messages. */
import { DatagramSequence } from '../../formats/index.ts';
import type { TransportCounts } from '../camera/camera-feed.ts';

/** Counts messages, and by their numbers those that never came and those that came again or late. */
export class TransportAccount {
  readonly #account = { received: 0, malformed: 0, missing: 0, duplicated: 0, outOfOrder: 0 };
  readonly #sequence = new DatagramSequence(this.#account);
  #messages = 0;
  #bytes = 0;

  get messages(): number {
    return this.#messages;
  }

  /** @param seq the message's number. */
  take(seq: number, bytes: number): void {
    this.#messages++;
    this.#bytes += bytes;
    this.#sequence.take(seq);
  }

  counts(unreadDecisions: number): Omit<TransportCounts, 'ageMs'> {
    const { missing, duplicated, outOfOrder } = this.#account;
    return {
      bytes: this.#bytes,
      messages: this.#messages,
      sequenceGaps: missing,
      sequenceRepeats: duplicated + outOfOrder,
      unreadDecisions,
      advice: null,
    };
  }
}
