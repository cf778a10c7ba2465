/** A server of events, such as DV's network output, that is connected to, and again when it is lost. */
import { connect } from 'node:net';
import { fullJitterMs } from '../clients/backoff.ts';
import type { EventSource, SourceAccount, SourceSink } from './event-source.ts';
import type { SourceAddress } from './source-address.ts';
import { SOURCE_DEFAULTS, type SourceOptions } from './source-options.ts';
import { StreamDecoding } from './stream-decoding.ts';
import { TcpStream } from './tcp-stream.ts';

/** A host that drops packets answers nothing for minutes. */
const CONNECT_TIMEOUT_MS = 10_000;

/** Push class: keeps a connection, full-jitter backoff between attempts. Each connection is a stream of its own. */
export class TcpConnector implements EventSource {
  readonly #address: SourceAddress;
  readonly #options: Required<SourceOptions>;
  readonly #decoding: StreamDecoding;
  readonly #lookTimer: NodeJS.Timeout;
  #retryTimer: NodeJS.Timeout | undefined;
  #abandon: (() => void) | undefined;
  #stream: TcpStream | null = null;
  #streams = 0;
  #attempt = 0;
  /** Why there is no connection, and since when. */
  #failure: string | null = null;
  #downAt = performance.now();
  #paused = false;
  #closed = false;

  constructor(address: SourceAddress, sink: SourceSink, options: SourceOptions = {}) {
    this.#address = address;
    this.#options = { ...SOURCE_DEFAULTS, ...options };
    this.#decoding = new StreamDecoding(address, sink, this.#options.log);
    this.#lookTimer = setInterval(() => {
      this.#decoding.look();
    }, this.#options.lookMs);
    this.#lookTimer.unref();
    this.#connect();
  }

  get port(): number {
    return this.#address.port;
  }

  get account(): SourceAccount {
    return this.#decoding.account;
  }

  get streaming(): boolean {
    return this.#stream !== null;
  }

  get advice(): string | null {
    const { text, form } = this.#address;
    const { fault, complaint } = this.#decoding;
    if (fault !== null) return fault;
    if (complaint !== null) return complaint;
    const seconds = (ms: number): string => `${Math.round(ms / 1000)} s`;
    if (this.#stream !== null) {
      const { silentMs } = this.#stream;
      if (silentMs < this.#options.quietMs || this.#paused) return null;
      return `${text} is connected and has sent nothing for ${seconds(silentMs)}: does the camera run?`;
    }
    const downMs = performance.now() - this.#downAt;
    if (this.#failure === null && downMs < this.#options.quietMs) return null;
    return `no connection to ${text} for ${seconds(downMs)} (${this.#failure ?? 'no answer'}): ${form.ask}`;
  }

  setPaused(paused: boolean): void {
    this.#paused = paused;
    this.#stream?.setPaused(paused);
  }

  close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#lookTimer);
    clearTimeout(this.#retryTimer);
    this.#abandon?.();
    this.#stream?.destroy();
    return Promise.resolve();
  }

  #connect(): void {
    const { host, port, text } = this.#address;
    const { log } = this.#options;
    const socket = connect({ host, port });
    const timeout = setTimeout(() => {
      fail(`no answer within ${CONNECT_TIMEOUT_MS / 1000} s`);
    }, CONNECT_TIMEOUT_MS);
    const over = (): void => {
      clearTimeout(timeout);
      socket.off('error', onError);
      this.#abandon = undefined;
    };
    const fail = (why: string): void => {
      over();
      socket.on('error', () => undefined);
      socket.destroy();
      this.#lost(why);
    };
    const onError = ({ code = 'error', message }: NodeJS.ErrnoException): void => {
      fail(code === 'ECONNREFUSED' ? 'refused' : message);
    };
    this.#abandon = () => {
      over();
      socket.on('error', () => undefined);
      socket.destroy();
    };
    socket.once('error', onError);
    socket.once('connect', () => {
      over();
      this.#streams++;
      log('info', 'source is connected', { source: text });
      const stream: TcpStream = new TcpStream(socket, this.#decoding, {
        name: `${text} #${this.#streams}`,
        paused: this.#paused,
        onEnd: (error) => {
          // A server that accepts and sends nothing good is waited for longer and longer.
          if (stream.bytes > 0 && this.#decoding.fault === null) this.#attempt = 0;
          this.#stream = null;
          if (!this.#closed) this.#lost(error?.message ?? 'the other side closed it');
        },
      });
      this.#stream = stream;
      this.#failure = null;
    });
  }

  #lost(why: string): void {
    const { firstBackoffMs, maxBackoffMs, log } = this.#options;
    if (this.#failure === null) this.#downAt = performance.now();
    this.#failure = why;
    log('info', 'source is not connected', { source: this.#address.text, why });
    const waitMs = fullJitterMs(this.#attempt++, firstBackoffMs, maxBackoffMs);
    this.#retryTimer = setTimeout(() => {
      this.#connect();
    }, waitMs);
  }
}
