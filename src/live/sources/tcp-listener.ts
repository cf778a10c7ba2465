/** A port that camera software connects to. */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { OptionError } from '../../events/index.ts';
import type { EventSource, SourceAccount, SourceSink } from './event-source.ts';
import { senderRule, type SenderRule } from './sender-rule.ts';
import type { SourceAddress } from './source-address.ts';
import { SOURCE_DEFAULTS, type SourceOptions } from './source-options.ts';
import { StreamDecoding } from './stream-decoding.ts';
import { TcpStream } from './tcp-stream.ts';

/**
 * Push class: connections in, batches out. One connection is one stream of the camera; a second one is refused and
 * counted while the first is alive. One that has been silent for `senderHoldMs` gives way: its machine may be gone.
 */
export class TcpListener implements EventSource {
  readonly #address: SourceAddress;
  readonly #options: Required<SourceOptions>;
  readonly #decoding: StreamDecoding;
  readonly #allowed: SenderRule;
  readonly #server: Server;
  readonly #timer: NodeJS.Timeout;
  readonly #openedAt = performance.now();
  #stream: TcpStream | null = null;
  #streams = 0;
  #endedAt: number | null = null;
  #paused = false;
  /** Since the last look, and in the interval before it. */
  #refused = { address: 0, second: 0 };
  #lately = { address: 0, second: 0 };

  private constructor(address: SourceAddress, sink: SourceSink, options: SourceOptions) {
    this.#address = address;
    this.#options = { ...SOURCE_DEFAULTS, ...options };
    this.#allowed = senderRule(address, this.#options.insecure);
    this.#decoding = new StreamDecoding(address, sink, this.#options.log);
    this.#server = createServer({ pauseOnConnect: false }, (socket) => {
      this.#accept(socket);
    });
    this.#timer = setInterval(() => {
      this.#decoding.look();
      this.#lately = this.#refused;
      this.#refused = { address: 0, second: 0 };
    }, this.#options.lookMs);
    this.#timer.unref();
  }

  /** @throws OptionError where the port cannot be had, or others reach it (see {@link senderRule}). */
  static async open(
    address: SourceAddress,
    sink: SourceSink,
    options: SourceOptions = {},
  ): Promise<TcpListener> {
    const source = new TcpListener(address, sink, options);
    await source.#listen();
    return source;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo | null)?.port ?? this.#address.port;
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
    if (this.#lately.address > 0) return 'a connection came from an address that ?allow= does not name';
    if (this.#lately.second > 0)
      return 'a second sender asks while the first is connected: give each camera a port';
    const seconds = (ms: number): string => `${Math.round(ms / 1000)} s`;
    if (this.#stream !== null) {
      const { silentMs, bytes } = this.#stream;
      if (silentMs < this.#options.quietMs || this.#paused) return null;
      const so = bytes === 0 ? 'has sent nothing' : 'is silent';
      return `the sender at ${text} is connected and ${so} for ${seconds(silentMs)}: does the camera run?`;
    }
    const waitMs = performance.now() - (this.#endedAt ?? this.#openedAt);
    if (waitMs < this.#options.quietMs) return null;
    return this.#endedAt === null
      ? `nobody has connected to ${text} for ${seconds(waitMs)}: ${form.ask}`
      : `the sender at ${text} left ${seconds(waitMs)} ago: ${form.ask}`;
  }

  setPaused(paused: boolean): void {
    this.#paused = paused;
    this.#stream?.setPaused(paused);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#stream?.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #listen(): Promise<void> {
    const { host, port, text } = this.#address;
    try {
      await new Promise<void>((resolve, reject) => {
        this.#server.once('error', reject);
        this.#server.listen({ host, port }, () => {
          this.#server.off('error', reject);
          resolve();
        });
      });
    } catch (cause) {
      clearInterval(this.#timer);
      const { code } = cause as NodeJS.ErrnoException;
      const why = code === 'EADDRINUSE' ? 'is in use' : `cannot be listened on (${code})`;
      throw new OptionError('listen', `"${text}": port ${port} of ${host} ${why}`, { cause });
    }
    this.#server.on('error', (error) => {
      this.#options.log('error', 'source socket error', { source: text, error });
    });
    this.#options.log('info', 'source listens', { source: text, port: this.port });
  }

  #accept(socket: Socket): void {
    const sender = `${socket.remoteAddress ?? ''} ${socket.remotePort ?? ''}`;
    const { log, senderHoldMs } = this.#options;
    const source = this.#address.text;
    if (!this.#allowed(socket.remoteAddress ?? '')) {
      this.#refuse(socket, 'address');
      log('warn', 'source refused an address', { source, sender });
      return;
    }
    if (this.#stream !== null) {
      if (this.#paused || this.#stream.silentMs < senderHoldMs) {
        this.#refuse(socket, 'second');
        log('warn', 'source refused a second sender', { source, sender });
        return;
      }
      this.#stream.destroy();
    }
    this.#streams++;
    log('info', 'source has a sender', { source, sender });
    const stream: TcpStream = new TcpStream(socket, this.#decoding, {
      name: `${source} #${this.#streams}`,
      paused: this.#paused,
      onEnd: (error) => {
        log('info', 'sender left', { source, sender, ...(error && { error: error.message }) });
        if (this.#stream !== stream) return;
        this.#stream = null;
        this.#endedAt = performance.now();
      },
    });
    this.#stream = stream;
  }

  #refuse(socket: Socket, why: 'address' | 'second'): void {
    this.#refused[why]++;
    this.#lately = { ...this.#lately, [why]: this.#lately[why] + 1 };
    this.#decoding.lose('refused-connections', 1);
    socket.on('error', () => undefined);
    socket.destroy();
  }
}
