import { SaccadeError, type EventBatch } from '../events/index.ts';

/** What can be wrong with the bytes of a recording, or with events that a format cannot hold. */
export type EventFormatErrorCode =
  | 'EMPTY_FILE'
  | 'GIT_LFS_POINTER'
  | 'NOT_A_RECORDING'
  | 'UNSUPPORTED_FORMAT'
  | 'AMBIGUOUS_FORMAT'
  /** Several cameras' topics have events, or publishers of one topic by turns, and nothing says which one is meant. */
  | 'AMBIGUOUS_TOPIC'
  | 'UNSUPPORTED_CHIP'
  | 'BAD_HEADER'
  | 'HEADER_TOO_LARGE'
  /** The stream ends inside a record or packet. */
  | 'TRUNCATED'
  /** A packet, frame or table contradicts itself. */
  | 'CORRUPT_DATA'
  /** A stated size is beyond the limit that the caller set. */
  | 'TOO_LARGE'
  /** A datagram is missing, repeated or out of order. */
  | 'SEQUENCE_GAP'
  /** Nothing says the unit of the recorded times, and they cannot be microseconds. */
  | 'UNKNOWN_TIME_UNIT'
  /** Polarities are two numbers of which it cannot be told which one is ON. */
  | 'UNKNOWN_POLARITY'
  | 'UNENCODABLE_EVENT';

/**
 * A recording cannot be read, or an event cannot be written. `byteOffset` is counted from the start
 * of the stream (of the output when encoding).
 *
 * @example
 * ```ts
 * import { EventFormatError } from 'saccade';
 * const error = new EventFormatError('EMPTY_FILE', 0, 'The recording has no bytes.');
 * console.log(error.code, error.byteOffset); // 'EMPTY_FILE' 0
 * ```
 */
export class EventFormatError extends SaccadeError<EventFormatErrorCode> {
  override readonly name = 'EventFormatError';
  readonly byteOffset: number;
  /** The message without the place. */
  readonly problem: string;
  /** Good events that the failing call had decoded before the fault. */
  events: readonly EventBatch[] = [];

  constructor(code: EventFormatErrorCode, byteOffset: number, message: string, options?: ErrorOptions) {
    super(code, `${message} (byte ${byteOffset})`, options);
    this.byteOffset = byteOffset;
    this.problem = message;
  }
}
