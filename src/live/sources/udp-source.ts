/** Datagrams of one sender at a time, as a camera's events. */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { OptionError } from '../../events/index.ts';
import type { EventSource, SourceAccount, SourceSink } from './event-source.ts';
import { readKernelDrops } from './kernel-drops.ts';
import { senderRule, type SenderRule } from './sender-rule.ts';
import { decoderOptionsOf, type SourceAddress } from './source-address.ts';
import { SOURCE_DEFAULTS, type SourceOptions } from './source-options.ts';
import { otherForm, StreamDecoding } from './stream-decoding.ts';
import { guessForm } from './what-is-it.ts';

/** So many of a sender's first datagrams are kept until it is clear what they are. */
const GUESS_DATAGRAMS = 16;

/**
 * Push class: a socket of datagrams in, batches out. The first sender has the source until it has been silent for
 * `senderHoldMs`; what others send meanwhile is left out and counted, as two cameras' clocks cannot be one stream.
 * Numbers, gaps and duplicates are the form's decoder's affair.
 */
export class UdpSource implements EventSource {
  readonly #address: SourceAddress;
  readonly #options: Required<SourceOptions>;
  readonly #decoding: StreamDecoding;
  readonly #allowed: SenderRule;
  readonly #socket: Socket;
  readonly #openedAt = performance.now();
  #timer: NodeJS.Timeout | undefined;
  #sender: string | null = null;
  #heardAt = -Infinity;
  #streams = 0;
  #first: Uint8Array[] = [];
  #guessed: string | null = null;
  #kernelDrops: number | null = null;
  /** Since the last look. */
  #refused = 0;
  #others = 0;
  /** Of the last interval: what is over is in the statistics. */
  #lately = { kernel: 0, refused: 0, others: 0 };
  #closed = false;

  private constructor(address: SourceAddress, sink: SourceSink, options: SourceOptions) {
    this.#address = address;
    this.#options = { ...SOURCE_DEFAULTS, ...options };
    this.#allowed = senderRule(address, this.#options.insecure);
    this.#decoding = new StreamDecoding(address, sink, this.#options.log);
    this.#socket = createSocket(isIPv6(address.host) ? 'udp6' : 'udp4');
    this.#socket.on('message', (datagram, sender) => {
      this.#receive(datagram, sender);
    });
  }

  /** @throws OptionError where the port cannot be had, or others reach it (see {@link senderRule}). */
  static async open(
    address: SourceAddress,
    sink: SourceSink,
    options: SourceOptions = {},
  ): Promise<UdpSource> {
    const source = new UdpSource(address, sink, options);
    await source.#bind();
    return source;
  }

  get port(): number {
    return this.#closed ? this.#address.port : this.#socket.address().port;
  }

  get account(): SourceAccount {
    return this.#decoding.account;
  }

  get streaming(): boolean {
    return this.#sender !== null && performance.now() - this.#heardAt < this.#options.quietMs;
  }

  get advice(): string | null {
    const { form, text } = this.#address;
    const quiet = (performance.now() - Math.max(this.#heardAt, this.#openedAt)) / 1000;
    if (this.#guessed !== null) return this.#guessed;
    if (this.#decoding.fault !== null) return this.#decoding.fault;
    if (this.#lately.kernel > 0)
      return `the kernel dropped ${this.#lately.kernel} datagrams at ${text}: this machine is too slow for the camera, or its buffer too small (sysctl net.core.rmem_max)`;
    if (this.#decoding.complaint !== null) return this.#decoding.complaint;
    if (this.#lately.refused > 0)
      return `${this.#lately.refused} datagrams came from an address that ?allow= does not name`;
    if (this.#lately.others > 0)
      return `${this.#lately.others} datagrams came from a second sender while the first is there: give each camera a port`;
    if (quiet * 1000 < this.#options.quietMs) return null;
    return `no datagrams for ${Math.round(quiet)} s on ${text}: ${form.ask}`;
  }

  /** Senders of datagrams do not wait. */
  setPaused(): void {}

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    this.#decoding.end();
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }

  async #bind(): Promise<void> {
    const { host, port, text } = this.#address;
    const { receiveBufferBytes, lookMs, log } = this.#options;
    try {
      await new Promise<void>((resolve, reject) => {
        this.#socket.once('error', reject);
        this.#socket.bind({ address: host, port, exclusive: true }, () => {
          this.#socket.off('error', reject);
          resolve();
        });
      });
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      const why = code === 'EADDRINUSE' ? 'is in use' : `cannot be listened on (${code})`;
      throw new OptionError('listen', `"${text}": port ${port} of ${host} ${why}`, { cause });
    }
    this.#socket.on('error', (error) => {
      log('error', 'source socket error', { source: text, error });
    });
    this.#enlargeBuffer(receiveBufferBytes);
    this.#timer = setInterval(() => {
      void this.#look();
    }, lookMs);
    this.#timer.unref();
    await this.#look();
  }

  #enlargeBuffer(wanted: number): void {
    try {
      this.#socket.setRecvBufferSize(wanted);
    } catch {
      // The kernel's own size holds.
    }
    const bytes = this.#socket.getRecvBufferSize();
    this.#options.log('info', 'source listens', {
      source: this.#address.text,
      port: this.port,
      bufferBytes: bytes,
    });
  }

  #receive(datagram: Uint8Array, { address, port }: RemoteInfo): void {
    const now = performance.now();
    if (!this.#allowed(address)) {
      this.#refused++;
      this.#decoding.lose('refused-datagrams', 1);
      return;
    }
    const sender = `${address} ${port}`;
    if (sender !== this.#sender) {
      if (this.#sender !== null && now - this.#heardAt < this.#options.senderHoldMs) {
        this.#others++;
        this.#decoding.lose('other-sender-datagrams', 1);
        return;
      }
      this.#begin(sender);
    }
    this.#heardAt = now;
    if (this.#first.length < GUESS_DATAGRAMS) this.#keep(datagram);
    // A decoder of datagrams that threw is of no more use.
    if (!this.#decoding.push(datagram, now)) this.#sender = null;
  }

  #begin(sender: string): void {
    this.#sender = sender;
    this.#first = [];
    this.#guessed = null;
    this.#streams++;
    this.#options.log('info', 'source has a sender', { source: this.#address.text, sender });
    this.#decoding.begin(`${this.#address.text} #${this.#streams}`);
  }

  #keep(datagram: Uint8Array): void {
    this.#first.push(Uint8Array.from(datagram));
    if (this.#first.length === GUESS_DATAGRAMS) this.#guess();
  }

  #guess(): void {
    const { form } = this.#address;
    const identity = guessForm(form, decoderOptionsOf(this.#address), this.#first);
    this.#guessed = identity === null ? null : otherForm(identity.name, identity.form, form.id);
  }

  async #look(): Promise<void> {
    if (this.#first.length > 0 && this.#first.length < GUESS_DATAGRAMS) this.#guess();
    this.#decoding.look();
    const family = isIPv6(this.#address.host) ? 'IPv6' : 'IPv4';
    const total = await readKernelDrops(this.port, family);
    const before = this.#kernelDrops ?? total;
    const kernel = total === null || before === null ? 0 : total - before;
    this.#kernelDrops = total;
    this.#decoding.lose('kernel-dropped-datagrams', kernel);
    this.#lately = { kernel, refused: this.#refused, others: this.#others };
    this.#refused = 0;
    this.#others = 0;
  }
}
