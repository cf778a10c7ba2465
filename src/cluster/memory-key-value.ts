/** What the parts of one process agree on. */
import { ClusterError } from './errors.ts';
import type { KeyValue, KeyValueEntry, KeyValueStore } from './key-value.ts';

/** See {@link KeyValueStore}. */
export class MemoryKeyValueStore implements KeyValueStore {
  readonly #buckets = new Map<string, MemoryKeyValue>();
  /** Whether it answers. */
  isConnected = true;

  async open(bucket: string, ttlMs: number = Infinity): Promise<KeyValue> {
    let opened = this.#buckets.get(bucket);
    if (opened === undefined) {
      opened = new MemoryKeyValue(ttlMs, () => this.isConnected);
      this.#buckets.set(bucket, opened);
    }
    return opened;
  }
}

class MemoryKeyValue implements KeyValue {
  readonly #entries = new Map<string, KeyValueEntry & { readonly until: number }>();
  readonly #ttlMs: number;
  readonly #isConnected: () => boolean;
  #revision = 0;

  constructor(ttlMs: number, isConnected: () => boolean) {
    this.#ttlMs = ttlMs;
    this.#isConnected = isConnected;
  }

  async get(key: string): Promise<KeyValueEntry | null> {
    await this.#answer();
    return this.#find(key);
  }

  async create(key: string, value: Uint8Array): Promise<number | null> {
    await this.#answer();
    return this.#find(key) === null ? this.#put(key, value) : null;
  }

  async update(key: string, value: Uint8Array, revision: number): Promise<number | null> {
    await this.#answer();
    return this.#find(key)?.revision === revision ? this.#put(key, value) : null;
  }

  async remove(key: string, revision: number): Promise<boolean> {
    await this.#answer();
    return this.#find(key)?.revision === revision && this.#entries.delete(key);
  }

  async #answer(): Promise<void> {
    await Promise.resolve();
    if (!this.#isConnected()) throw new ClusterError('UNREACHABLE', 'The store does not answer.');
  }

  #find(key: string): KeyValueEntry | null {
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.until > performance.now()) return entry ?? null;
    this.#entries.delete(key);
    return null;
  }

  #put(key: string, value: Uint8Array): number {
    const revision = ++this.#revision;
    this.#entries.set(key, { value: value.slice(), revision, until: performance.now() + this.#ttlMs });
    return revision;
  }
}
