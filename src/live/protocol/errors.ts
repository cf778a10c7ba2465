import { SaccadeError } from '../../events/index.ts';

/** What can be wrong with a message or a connection. */
export type ProtocolErrorCode =
  | 'TEXT_NOT_ALLOWED'
  | 'BAD_JSON'
  | 'BAD_HELLO'
  | 'HEADER_TOO_SHORT'
  | 'BAD_MAGIC'
  | 'UNSUPPORTED_VERSION'
  | 'UNKNOWN_KIND'
  | 'RESERVED_NOT_ZERO'
  | 'LENGTH_MISMATCH'
  | 'TIME_OUT_OF_RANGE'
  | 'TIME_NOT_SORTED'
  | 'OUTSIDE_SENSOR'
  | 'BAD_SEGMENT'
  | 'BAD_WATCH'
  | 'CAMERA_TAKEN'
  | 'NOT_ALLOWED'
  | 'UNENCODABLE_BATCH'
  | 'MESSAGE_TOO_LARGE'
  | 'SHUTTING_DOWN'
  | 'NOT_CONNECTED';

/**
 * A message breaks the protocol. `byteOffset` is counted from the start of the message.
 *
 * @example
 * ```ts
 * import { ProtocolError } from 'saccade/live';
 * console.log(new ProtocolError('BAD_MAGIC', 0, 'Not a saccade message.').byteOffset); // 0
 * ```
 */
export class ProtocolError extends SaccadeError<ProtocolErrorCode> {
  override readonly name = 'ProtocolError';
  /** `null` where the fault is of the connection, or of a message that the other side has. */
  readonly byteOffset: number | null;

  constructor(code: ProtocolErrorCode, byteOffset: number | null, message: string, options?: ErrorOptions) {
    super(code, byteOffset === null ? message : `${message} (byte ${byteOffset})`, options);
    this.byteOffset = byteOffset;
  }
}
