/** What network sources have in common: where their events go, and what is known of them. */
import type { EventBatch } from '../../events/index.ts';
import type { RecordingNote } from '../protocol/index.ts';

/** Where the events of a source go. Nothing of it may throw. */
export interface SourceSink {
  /** A stream begins: another connection or sender, whose clock has nothing to do with those before. */
  begin(name: string): void;
  /** @param receivedAt when their bytes arrived, `performance.now()`. The batch is the sink's own. */
  events(batch: EventBatch, receivedAt: number): void;
  /** The stream is over. */
  end(): void;
}

/** The account of a source since it was opened. */
export interface SourceAccount {
  readonly bytes: number;
  /** Datagrams, or pieces of a stream. */
  readonly messages: number;
  readonly events: number;
  /** By sequence numbers, where the form has some: datagrams that never came, and those that came twice or late. */
  readonly gaps: number;
  readonly repeats: number;
  /** What was left out, by reason: records of the decoders, datagrams and connections that were refused or lost. */
  readonly dropped: Readonly<Record<string, number>>;
  readonly notes: readonly RecordingNote[];
}

/** A socket whose bytes become events. Garbage never throws out of it, and never ends it. */
export interface EventSource {
  /** The port that is listened on, or connected to. */
  readonly port: number;
  readonly account: SourceAccount;
  /** What people should do, `null` where all is well. */
  readonly advice: string | null;
  /** Whether a sender is there. */
  readonly streaming: boolean;
  /** Stops or goes on reading, where whoever sends can be made to wait. */
  setPaused(paused: boolean): void;
  /** Ends the stream in hand and closes the socket. */
  close(): Promise<void>;
}

/** For the service's log. */
export type SourceLog = (level: 'info' | 'warn' | 'error', message: string, fields: object) => void;
