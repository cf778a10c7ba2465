/** What all sources may be told. */
import type { SourceLog } from './event-source.ts';

/** See the file comment. */
export interface SourceOptions {
  /** Allows addresses that others reach without a list of senders. */
  readonly insecure?: boolean;
  /** Asked of the kernel for a socket of datagrams. Default 8 MiB; it may give less. */
  readonly receiveBufferBytes?: number;
  /** A sender keeps the source for so long after its last bytes. Default 2 s. */
  readonly senderHoldMs?: number;
  /** Silence for longer is spoken of. Default 3 s. */
  readonly quietMs?: number;
  /** Between two looks at health. Default 1 s. */
  readonly lookMs?: number;
  /** Waits between attempts to connect: full jitter, from this up. Default 0.5 s. */
  readonly firstBackoffMs?: number;
  /** The longest wait between attempts. Default 30 s. */
  readonly maxBackoffMs?: number;
  readonly log?: SourceLog;
}

/** The defaults. */
export const SOURCE_DEFAULTS: Required<SourceOptions> = {
  insecure: false,
  receiveBufferBytes: 8 * 2 ** 20,
  senderHoldMs: 2_000,
  quietMs: 3_000,
  lookMs: 1_000,
  firstBackoffMs: 500,
  maxBackoffMs: 30_000,
  log: () => undefined,
};
