/** The port of what processes agree on. Two implementations pass one suite: `MemoryKeyValue` in this process, `NatsKeyValue`. */

/** A value and its number. */
export interface KeyValueEntry {
  readonly value: Uint8Array;
  /** Rises with each change of any key of the bucket. */
  readonly revision: number;
}

/**
 * A bucket of small values that are changed only by whoever knows what they are: compare and set. Keys are of `A-Z a-z 0-9 _ -`.
 * All of it rejects with a ClusterError `UNREACHABLE` where the server does not answer: it may have done it.
 */
export interface KeyValue {
  get(key: string): Promise<KeyValueEntry | null>;
  /** @returns the revision, `null` if the key is there. */
  create(key: string, value: Uint8Array): Promise<number | null>;
  /** @returns the new revision, `null` if the key's is another than `revision`. */
  update(key: string, value: Uint8Array, revision: number): Promise<number | null>;
  /** @returns whether it is gone, `false` if the key's revision is another. */
  remove(key: string, revision: number): Promise<boolean>;
}

/** Opens buckets. */
export interface KeyValueStore {
  /** @param ttlMs values that are not changed for so long are gone. Default: they stay. */
  open(bucket: string, ttlMs?: number): Promise<KeyValue>;
}
