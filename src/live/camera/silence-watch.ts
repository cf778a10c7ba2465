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

/** Tells once that nothing came for a while, and nothing is on its way. */
export class SilenceWatch {
  readonly #options: SilenceWatchOptions;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: SilenceWatchOptions) {
    this.#options = options;
  }

  /** Something came. */
  restart(): void {
    const timer = setTimeout(() => {
      void this.#look(timer);
    }, this.#options.afterMs);
    clearTimeout(this.#timer);
    this.#timer = timer;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #look(timer: unknown): Promise<void> {
    const { isBusy, isSilent, onSilent } = this.#options;
    const silent = !isBusy() && (await isSilent());
    if (this.#timer !== timer) return;
    if (silent) onSilent();
    else this.restart();
  }
}
