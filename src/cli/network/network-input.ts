/** A source as something that is read at one's own pace, in bounded memory. */
import type { EventBatch } from '../../events/index.ts';
import {
  openEventSource,
  type EventSource,
  type SourceAddress,
  type SourceOptions,
  type SourceSink,
} from '../../live/index.ts';

/** What comes, in its order. */
export type NetworkItem =
  | { readonly kind: 'begin'; readonly name: string }
  | { readonly kind: 'events'; readonly batch: EventBatch }
  | { readonly kind: 'end' };

/** Batches that may wait, each of up to 16,384 events of 13 bytes: 55 MB. */
const MAX_BATCHES = 256;

/**
 * Pulls a source. While too much waits, streams are not read; of datagrams the newest (policy `drop-newest`) or the oldest
 * are left out and counted.
 */
export class NetworkInput implements SourceSink, AsyncIterable<NetworkItem> {
  readonly #address: SourceAddress;
  readonly #items: NetworkItem[] = [];
  #source: EventSource | undefined;
  #batches = 0;
  #paused = false;
  #overload = 0;
  #streams = 0;
  #over = false;
  #wake: (() => void) | undefined;

  private constructor(address: SourceAddress) {
    this.#address = address;
  }

  /** @throws OptionError as `openEventSource`. */
  static async open(address: SourceAddress, options: SourceOptions): Promise<NetworkInput> {
    const input = new NetworkInput(address);
    input.#source = await openEventSource(address, input, options);
    return input;
  }

  get port(): number {
    return this.#source?.port ?? this.#address.port;
  }

  get advice(): string | null {
    return this.#source?.advice ?? null;
  }

  /** Streams that are over. */
  get streams(): number {
    return this.#streams;
  }

  get account(): EventSource['account'] {
    const account = this.#source!.account;
    return this.#overload === 0
      ? account
      : { ...account, dropped: { ...account.dropped, overload: this.#overload } };
  }

  begin(name: string): void {
    this.#push({ kind: 'begin', name });
  }

  events(batch: EventBatch): void {
    if (this.#batches >= MAX_BATCHES && this.#address.policy !== 'pause') {
      const oldest =
        this.#address.policy === 'drop-oldest' ? this.#items.findIndex(({ kind }) => kind === 'events') : -1;
      const left = oldest < 0 ? batch : (this.#items.splice(oldest, 1)[0] as { batch: EventBatch }).batch;
      this.#overload += left.length;
      if (oldest < 0) return;
      this.#batches--;
    }
    this.#batches++;
    this.#push({ kind: 'events', batch });
    if (this.#batches >= MAX_BATCHES) this.#setPaused(true);
  }

  end(): void {
    this.#streams++;
    this.#push({ kind: 'end' });
  }

  /** Closes the source; what came can still be read. */
  async close(): Promise<void> {
    await this.#source?.close();
    this.#over = true;
    this.#wake?.();
  }

  /** The items, until the source is closed. */
  async *[Symbol.asyncIterator](): AsyncGenerator<NetworkItem, void, undefined> {
    for (;;) {
      const item = this.#items.shift();
      if (item === undefined) {
        if (this.#over) return;
        await new Promise<void>((resolve) => (this.#wake = resolve));
        continue;
      }
      if (item.kind === 'events' && --this.#batches <= MAX_BATCHES / 2) this.#setPaused(false);
      yield item;
    }
  }

  #push(item: NetworkItem): void {
    this.#items.push(item);
    this.#wake?.();
  }

  #setPaused(paused: boolean): void {
    if (paused === this.#paused) return;
    this.#paused = paused;
    this.#source?.setPaused(paused);
  }
}
