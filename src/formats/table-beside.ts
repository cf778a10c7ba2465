/** What another program wrote beside a recording of where its events are. */
import type { ByteTask } from './random-access.ts';

/** What is known of the recording. */
export interface IndexedBytes {
  readonly size: number;
  readonly headerBytes: number;
  readonly headerLines: readonly string[];
}

/** A place of the recording from which decoding may go on, once what leads up to it was looked at. */
export interface PlaceBeside {
  /** Of the first byte behind it. */
  readonly byteOffset: number;
  /** The recording's clock there, in microseconds; times in front of it are not later, those behind it not earlier. */
  readonly tMicros: number;
  /** Since the place before, or the start. */
  readonly events: number;
}

/** A table that lies in a file of its own. It knows places and times; the rest of a decoder's state is in what leads up to a place. */
export interface TableBeside {
  /** What the file's name has behind that of the recording. */
  readonly suffix: string;
  /**
   * Reads it.
   *
   * @param size of the table in bytes.
   * @param leastBytes from one place to the next.
   * @throws EventFormatError `BAD_HEADER` where it is not of this recording, `CORRUPT_DATA` where it contradicts itself.
   */
  read(size: number, recording: IndexedBytes, leastBytes: number): ByteTask<readonly PlaceBeside[]>;
  /** Two states in front of a place, of which no number is the same that bytes up to it have to tell. */
  guesses(tMicros: number): readonly [readonly number[], readonly number[]];
  /** The state at a place, with the clock's wraps, which only the table knows; `null` where the bytes tell another time. */
  settle(state: readonly number[], tMicros: number): readonly number[] | null;
}
