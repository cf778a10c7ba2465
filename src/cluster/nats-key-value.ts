/** What processes agree on, kept by NATS. */
import type { KV } from '@nats-io/kv';
import { ClusterError } from './errors.ts';
import type { KeyValue, KeyValueEntry, KeyValueStore } from './key-value.ts';
import type { NatsConnection } from './nats-connection.ts';

/** An answer that takes longer is asked for again by whoever needs it. */
const TIMEOUT_MS = 1000;
/** What the server says of a key whose revision is another. */
const WRONG_REVISION: readonly number[] = [10071, 10164];

/** See {@link KeyValueStore}. Values are kept in files: a server that is restarted still knows them. */
export class NatsKeyValueStore implements KeyValueStore {
  readonly #connection: NatsConnection;

  constructor(connection: NatsConnection) {
    this.#connection = connection;
  }

  /** @throws ClusterError `UNREACHABLE`, `NOT_ALLOWED`. */
  async open(bucket: string, ttlMs?: number): Promise<KeyValue> {
    const opened = new NatsKeyValue(this.#connection, bucket, ttlMs);
    await opened.open();
    return opened;
  }
}

class NatsKeyValue implements KeyValue {
  readonly #connection: NatsConnection;
  readonly #bucket: string;
  readonly #ttlMs: number | undefined;
  #kv: Promise<KV> | undefined;

  constructor(connection: NatsConnection, bucket: string, ttlMs: number | undefined) {
    this.#connection = connection;
    this.#bucket = bucket;
    this.#ttlMs = ttlMs;
  }

  async open(): Promise<void> {
    await this.#ask(async () => undefined);
  }

  get(key: string): Promise<KeyValueEntry | null> {
    return this.#ask(async (kv) => {
      const entry = await kv.get(key);
      return entry?.operation === 'PUT' ? { value: entry.value, revision: entry.revision } : null;
    });
  }

  create(key: string, value: Uint8Array): Promise<number | null> {
    return this.#ask((kv) => this.#compared(() => kv.create(key, value)));
  }

  update(key: string, value: Uint8Array, revision: number): Promise<number | null> {
    return this.#ask((kv) => this.#compared(() => kv.update(key, value, revision, TIMEOUT_MS)));
  }

  async remove(key: string, revision: number): Promise<boolean> {
    const removed = await this.#ask((kv) =>
      this.#compared(async () => {
        await kv.purge(key, { previousSeq: revision });
        return revision;
      }),
    );
    return removed !== null;
  }

  async #compared(change: () => Promise<number>): Promise<number | null> {
    try {
      return await change();
    } catch (error) {
      const { JetStreamApiError } = this.#connection.modules.jetstream;
      if (error instanceof JetStreamApiError && WRONG_REVISION.includes(error.code)) return null;
      throw error;
    }
  }

  /** Opens the bucket where that is not done, also again: a server may have forgotten it. */
  async #ask<Answer>(question: (kv: KV) => Promise<Answer>): Promise<Answer> {
    try {
      this.#kv ??= this.#open();
      return await question(await this.#kv);
    } catch (error) {
      this.#kv = undefined;
      const translated = this.#connection.translate(error);
      if (translated instanceof ClusterError) throw translated;
      const problem = `The bucket ${this.#bucket} of NATS does not answer: ${(error as Error).message}.`;
      throw new ClusterError('UNREACHABLE', problem, { cause: error });
    }
  }

  async #open(): Promise<KV> {
    const { client, modules } = this.#connection;
    const jetstream = modules.jetstream.jetstream(client, { timeout: TIMEOUT_MS, checkAPI: false });
    const { Kvm } = modules.kv;
    // A server without JetStream for now, or a stream without a leader, must not hang it.
    return new Kvm(jetstream).create(this.#bucket, {
      history: 1,
      storage: modules.jetstream.StorageType.File,
      ...(this.#ttlMs !== undefined && { ttl: this.#ttlMs }),
    });
  }
}
