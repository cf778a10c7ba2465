import { DownloadError, type DownloadErrorCode } from './download-error.ts';

/** Ends a request that says nothing for too long, and tells why a request ended. */
export class StallClock {
  readonly #stallMs: number;
  readonly #outer: AbortSignal;
  readonly #abort = new AbortController();
  readonly #onOuter = (): void => {
    this.#abort.abort(this.#outer.reason);
  };
  #timer: NodeJS.Timeout;
  #stalled = false;

  constructor(stallMs: number, outer: AbortSignal) {
    outer.throwIfAborted();
    this.#stallMs = stallMs;
    this.#outer = outer;
    this.#timer = this.#start();
    outer.addEventListener('abort', this.#onOuter);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Gives the request up, if it is not over. */
  end(): void {
    clearTimeout(this.#timer);
    this.#outer.removeEventListener('abort', this.#onOuter);
    this.#abort.abort();
  }

  /** The body's bytes; each starts the clock anew. */
  async *watch({ body }: Response, url: string): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for await (const chunk of body ?? []) {
        clearTimeout(this.#timer);
        yield chunk;
        this.#timer = this.#start();
      }
    } catch (error) {
      throw this.faultOf(error, url, 'CUT_SHORT');
    } finally {
      this.end();
    }
  }

  /** What an error of the request is. */
  faultOf(error: unknown, url: string, code: DownloadErrorCode): unknown {
    const stalled = this.#stalled;
    this.end();
    if (this.#outer.aborted) return this.#outer.reason;
    if (error instanceof DownloadError) return error;
    if (stalled)
      return new DownloadError('STALLED', url, `No byte came for ${this.#stallMs / 1000} s.`, {
        cause: error,
      });
    const { cause, message } = error as Error;
    const detail = cause instanceof Error ? cause.message : message;
    const problem =
      code === 'CUT_SHORT' ? 'The connection ended before the file did' : 'The host cannot be reached';
    return new DownloadError(code, url, `${problem}: ${detail}.`, { cause: error });
  }

  #start(): NodeJS.Timeout {
    return setTimeout(() => {
      this.#stalled = true;
      this.#abort.abort();
    }, this.#stallMs);
  }
}
