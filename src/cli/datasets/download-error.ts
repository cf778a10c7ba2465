import { SaccadeError } from '../../events/index.ts';

/** What can go wrong on the way of a file. */
export type DownloadErrorCode =
  /** No connection, or it was refused. */
  | 'UNREACHABLE'
  /** The connection ended before the file did. */
  | 'CUT_SHORT'
  /** No byte came for too long. */
  | 'STALLED'
  /** An answer without a file in it: 202 and nothing, 204, a body of no bytes. */
  | 'EMPTY_ANSWER'
  /** The host wants a person who logs in or agrees to something. */
  | 'LOGIN_REQUIRED'
  /** The file is there no longer. */
  | 'GONE'
  /** Another status that is no success. */
  | 'HTTP_STATUS'
  /** A web page, or bytes that cannot be of such a file. */
  | 'NOT_THE_FILE'
  /** Another length than was stated. */
  | 'WRONG_LENGTH'
  /** It became another file while it was fetched. */
  | 'CHANGED'
  /** A part that was not asked for. */
  | 'WRONG_RANGE'
  /** All bytes came, and they are others. */
  | 'WRONG_HASH'
  /** No hash is known, and the archive cannot be opened. */
  | 'BAD_ARCHIVE'
  /** There is a file of that name already, with another content. */
  | 'OTHER_FILE'
  /** What is kept of earlier downloads cannot be read. */
  | 'BAD_RECORD'
  /** The disk is too full for it. */
  | 'NO_SPACE'
  /** Every mirror failed, each for a reason of its own. */
  | 'ALL_MIRRORS_FAILED';

/** These may do better when asked again. */
const PASSING: ReadonlySet<DownloadErrorCode> = new Set<DownloadErrorCode>([
  'UNREACHABLE',
  'CUT_SHORT',
  'STALLED',
  'EMPTY_ANSWER',
  'CHANGED',
  'WRONG_RANGE',
]);

/** A file could not be had. `place` is its address, or its path here. */
export class DownloadError extends SaccadeError<DownloadErrorCode> {
  override readonly name = 'DownloadError';
  readonly place: string;
  /** Whether to ask the same host again. */
  readonly passing: boolean;
  /** How long the host wants to be left alone. */
  readonly retryAfterMs: number;

  constructor(
    code: DownloadErrorCode,
    place: string,
    message: string,
    {
      passing = PASSING.has(code),
      retryAfterMs = 0,
      ...options
    }: ErrorOptions & { readonly passing?: boolean; readonly retryAfterMs?: number } = {},
  ) {
    super(code, `${message} (${place})`, options);
    this.place = place;
    this.passing = passing;
    this.retryAfterMs = retryAfterMs;
  }
}
