/** Tells a camera what is left out, and that nothing is decided, while it happens. */
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

/** Looks at intervals, and tells where more was left out than it has told, and where nothing is decided. */
export class DropReport {
  readonly #options: DropReportOptions;
  readonly #timer: NodeJS.Timeout;
  #told = 0;
  #stood = false;

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
    const stands = counts.standstill !== null;
    if (sum <= this.#told && !stands && !this.#stood) return;
    this.#told = sum;
    this.#stood = stands;
    send({ type: 'drops', ...counts });
  }
}
