/** Notices that a camera fell silent. */

/** See {@link SilenceWatch}. */
export interface SilenceWatchOptions {
  readonly afterMs: number;
  /** While the classifier is behind, the source may have been asked to wait: that is no silence. */
  readonly isBusy: () => boolean;
  /** Whether nothing is on its way. */
  readonly isSilent: () => Promise<boolean>;
  readonly onSilent: () => void;
}

/**
 * Tells once that nothing came for a while, and nothing is on its way. What comes only notes its time: a timer for each message
 * would cost more than most messages do.
 */
export class SilenceWatch {
  readonly #options: SilenceWatchOptions;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #heardAt = -Infinity;

  constructor(options: SilenceWatchOptions) {
    this.#options = options;
  }

  /** Something came. */
  restart(): void {
    this.#heardAt = performance.now();
    if (this.#timer === undefined) this.#wake(this.#options.afterMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #wake(afterMs: number): void {
    const timer = setTimeout(() => {
      const leftMs = this.#heardAt + this.#options.afterMs - performance.now();
      if (leftMs > 0) this.#wake(leftMs);
      else void this.#look(timer);
    }, afterMs);
    this.#timer = timer;
  }

  async #look(timer: unknown): Promise<void> {
    const { isBusy, isSilent, onSilent, afterMs } = this.#options;
    const heardAt = this.#heardAt;
    const silent = !isBusy() && (await isSilent());
    if (this.#timer !== timer) return;
    this.#timer = undefined;
    if (!silent || this.#heardAt !== heardAt) this.#wake(afterMs);
    else onSilent();
  }
}
