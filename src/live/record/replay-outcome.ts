/** What a replay finds. */
import type { DecisionMessage } from '../protocol/index.ts';

/** A decision that is another one than recorded. */
export interface DecisionDifference {
  readonly segmentIndex: number;
  readonly window: number;
  readonly step: number;
  /** Names of what differs. */
  readonly fields: readonly string[];
  readonly recorded: DecisionMessage;
  readonly replayed: DecisionMessage;
}

/** What a replay gave. Counts are of time steps. */
export interface ReplayOutcome {
  /** Events that were replayed, without those that were left out. */
  readonly events: number;
  /** Decisions that are the recorded ones bit for bit. */
  readonly same: number;
  readonly different: readonly DecisionDifference[];
  /** Recorded, and not made again: their events are not in the record. */
  readonly notReplayed: number;
  /** Made, and not recorded: their log is not in the record, or the take ended before. */
  readonly notRecorded: number;
  /** Silences. */
  readonly flushes: number;
  /** Events that the server left out as too old, whether they are in the record or not. */
  readonly leftOut: number;
  /** Of windows that the server dropped: made again, and left out. */
  readonly dropped: number;
  /** Parts that are not there: removed, or never finished. */
  readonly missingParts: number;
  /** Events, of raw recordings bytes, that they held: as far as a part behind them says it. */
  readonly missingSize: number;
  /** Parts whose recording has lost its beginning: windows begin there, so nothing of them can be compared. */
  readonly skippedParts: number;
  /** Events, or bytes, that they hold. */
  readonly skippedSize: number;
  /** The first recording that is replayed, by its number; `null`: none has its beginning. */
  readonly firstSegmentIndex: number | null;
  /** What the server did that a replay cannot do again: decisions behind it may differ. */
  readonly unrepeatable: readonly string[];
  /** What ended the stream then, and now: their codes. */
  readonly faults: { readonly recorded: string | null; readonly replayed: string | null };
}
