/** Tells a camera what is left out while it happens. */
import type { DropsMessage } from '../protocol/index.ts';

/** Most often. */
const EVERY_MS = 1_000;

/** See {@link DropReport}. */
export interface DropReportOptions {
  /** Default 1 s. */
  readonly everyMs?: number;
  readonly look: () => Omit<DropsMessage, 'type'>;
  readonly send: (message: DropsMessage) => void;
}

/** Looks at intervals, and tells where more was left out than it has told. */
export class DropReport {
  readonly #options: DropReportOptions;
  readonly #timer: NodeJS.Timeout;
  #told = 0;

  constructor(options: DropReportOptions) {
    this.#options = options;
    this.#timer = setInterval(() => {
      this.#look();
    }, options.everyMs ?? EVERY_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const { look, send } = this.#options;
    const counts = look();
    const sum = Object.values(counts.dropped).reduce((total, count) => total + count, counts.unreadDecisions);
    if (sum <= this.#told) return;
    this.#told = sum;
    send({ type: 'drops', ...counts });
  }
}
