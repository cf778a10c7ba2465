/** Decoders whose work is a task that asks for stretches of the recording. */
import { EventFormatError } from './errors.ts';
import type { ByteRange, ByteTask, RandomAccess } from './random-access.ts';

/** Asks for nothing: whoever answers takes the events first, and may ask for the place. */
export const PAUSE: ByteRange = { offset: 0, length: 0 };

/** A task on its way, whoever answers it. */
export class TaskSteps {
  readonly #task: ByteTask<void>;
  #wanted: ByteRange | null;

  constructor(task: ByteTask<void>) {
    this.#task = task;
    this.#wanted = task.next().value ?? null;
  }

  /** What it asks for; `null` once it is done. */
  get wanted(): ByteRange | null {
    return this.#wanted;
  }

  /** Goes on with the bytes at `wanted`. @throws what the task throws. */
  supply(bytes: Uint8Array): void {
    const { done, value } = this.#task.next(bytes);
    this.#wanted = done === true ? null : value;
  }

  /**
   * Goes on with bytes that are kept, as far as they are there.
   *
   * @param at gives what is there of a stretch.
   * @param isEnd whether no more come.
   */
  answer(at: (range: ByteRange) => Uint8Array, isEnd: boolean): void {
    while (this.#wanted !== null) {
      const bytes = at(this.#wanted);
      if (bytes.length < this.#wanted.length && !isEnd) return;
      this.supply(bytes);
    }
  }
}

/** The access to a decoder that has steps, and whose `push` supplies them. */
export function accessTo(wanted: () => ByteRange | null, supply: RandomAccess['supply']): RandomAccess {
  return {
    get wanted() {
      return wanted();
    },
    supply,
  };
}

/** Whoever can read at any place says so after the first bytes, which are no more than these. */
const FIRST_BYTES = 2 ** 17;

/** A refusal to keep so much, which does not hold where bytes can be read at any place. */
export class LateRefusal {
  #error: EventFormatError | undefined;

  /**
   * Waits with a refusal.
   *
   * @param bytes that came so far.
   * @throws the error, if it is another one or these are not the first bytes.
   */
  hold(error: unknown, bytes: number): void {
    if (!(error instanceof EventFormatError) || error.code !== 'TOO_LARGE' || bytes > FIRST_BYTES)
      throw error;
    this.#error = error;
  }

  /** Bytes come in order, or no more come. @throws the error that waits. */
  check(): void {
    if (this.#error !== undefined) throw this.#error;
  }
}
