/** A camera as the registry and the dashboards see it, whichever way its events come. */
import type { CameraMessage, DisplayFrame, StatsMessage } from '../protocol/index.ts';

/** See the file comment. */
export interface LiveCamera {
  readonly name: string;
  /** Secret of its connection. */
  readonly session: string;
  readonly isOpen: boolean;
  /** What dashboards are told when it comes, begins a recording, or leaves. */
  describe(connected: boolean): CameraMessage;
  /** Events since the last call, for dashboards. */
  takeDisplay(): DisplayFrame | null;
  /** The state, with rates since the last `takeStats`; `null` where there is none yet. */
  stats(): StatsMessage | null;
  /** The same; rates begin anew. */
  takeStats(): StatsMessage | null;
  /** Whether whoever sends is still there. */
  showsLife(withinMs: number): Promise<boolean>;
  /**
   * The server ends: takes nothing more, decides what came, the open window as it is, and says the counts.
   *
   * @returns when that is done, or `withinMs` are over: what is not decided then is left out.
   */
  finish(withinMs: number): Promise<void>;
  /** Ends it without a goodbye; what came is classified. */
  terminate(): void;
}
