/** Lines about refused requests: who sends a million of them must not fill the log. */
import type { LiveLogger } from '../live-logger.ts';
import type { Refusal } from './refusal.ts';

/** Of a path that anybody may choose. */
const MAX_URL_LENGTH = 200;

/** What was refused. */
export interface Refused {
  readonly url?: string | undefined;
  /** Of whoever asked. */
  readonly address: string | undefined;
}

/** At most so many lines in a second; what is left out is counted in the next line. */
export class RefusalLog {
  readonly #logger: LiveLogger | undefined;
  readonly #linesPerSecond: number;
  #second = -Infinity;
  #lines = 0;
  #leftOut = 0;

  constructor(logger: LiveLogger | undefined, linesPerSecond: number) {
    this.#logger = logger;
    this.#linesPerSecond = linesPerSecond;
  }

  add({ url = '', address }: Refused, { status, reason }: Refusal): void {
    const second = Math.floor(performance.now() / 1000);
    if (second !== this.#second) [this.#second, this.#lines] = [second, 0];
    if (this.#lines >= this.#linesPerSecond) {
      this.#leftOut++;
      return;
    }
    this.#lines++;
    const leftOut = this.#leftOut === 0 ? {} : { leftOut: this.#leftOut };
    this.#leftOut = 0;
    const fields = { address, url: url.slice(0, MAX_URL_LENGTH), code: status, reason };
    this.#logger?.warn({ ...fields, ...leftOut }, 'request refused');
  }
}
