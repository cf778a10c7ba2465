/** The port of messages between processes. Two implementations pass one suite: `MemoryEventBus` in this process, `NatsEventBus`. */

/** A message as a subscriber gets it. */
export interface BusMessage {
  readonly subject: string;
  /** The subscriber's own. */
  readonly bytes: Uint8Array;
  /** Where an answer is awaited, `null` if nowhere. */
  readonly replyTo: string | null;
  /** A message that named this subject as `replyTo` reached nobody. It has no bytes. */
  readonly undelivered: boolean;
}

/**
 * Messages by subject, each delivered at most once to each subscriber, those of one publisher in order. What is published
 * while there is no connection is lost, as is what the other side misses: whoever needs an answer asks again.
 *
 * Subjects are tokens with dots between them, of `A-Z a-z 0-9 _ -`: see `subjectToken` for names. A pattern may have `*` for a token.
 */
export interface EventBus {
  /** Most bytes of one message. */
  readonly maxMessageBytes: number;
  readonly isConnected: boolean;
  /**
   * @param replyTo where an answer is awaited; it also tells of a message that nobody subscribes to.
   * @throws ClusterError `TOO_LARGE`.
   */
  publish(subject: string, bytes: Uint8Array, replyTo?: string): void;
  /** Returns what ends it. */
  subscribe(pattern: string, handler: (message: BusMessage) => void): () => void;
  /** Resolves when what was published is with the server. Rejects where the connection ends before. */
  flush(): Promise<void>;
  /** Tells when the connection is lost and when it is back; returns what ends it. */
  listen(listener: (isConnected: boolean) => void): () => void;
}

/**
 * Any text as one token of a subject or a key: base64url of its UTF-8 bytes.
 * `roof.* >` is `cm9vZi4qID4`.
 */
export function subjectToken(text: string): string {
  return Buffer.from(text).toString('base64url');
}

/** The text of a {@link subjectToken}. */
export function tokenText(token: string): string {
  return Buffer.from(token, 'base64url').toString();
}
