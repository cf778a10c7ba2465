/** What a recording itself says of where its events are. */
import type { ResumePoint } from './resume.ts';

/** Events that lie in one piece of the recording. */
export interface TablePiece {
  /** How to go on in front of them; of the state the first numbers, as far as a table knows them. */
  readonly point: ResumePoint;
  /** As the table counts them: some may be left out by the decoder. */
  readonly events: number;
  /** None is earlier, and none later, in microseconds. Of the first piece the earliest, of the last the latest is one's time. */
  readonly tEarliest: number;
  readonly tLatest: number;
}

/** A table that covers the whole recording. */
export interface FormatTable {
  /** Bytes in front of the first piece. */
  readonly headerBytes: number;
  /** In the order of the recording; what lies between has no events. */
  readonly pieces: readonly TablePiece[];
}
