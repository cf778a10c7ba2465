/** A compressed frame is damaged (`CORRUPT_DATA`) or too large (`TOO_LARGE`). Decoders add the place. */
export class CodecError extends Error {
  override readonly name = 'CodecError';
  readonly code: 'CORRUPT_DATA' | 'TOO_LARGE';

  constructor(code: 'CORRUPT_DATA' | 'TOO_LARGE', message: string) {
    super(message);
    this.code = code;
  }
}

/** A frame that decompresses to more than it may. Whose limit that is, only whoever asked knows: {@link codecProblem}. */
export function tooLarge(maxBytes: number): CodecError {
  return new CodecError('TOO_LARGE', `What is compressed has more than ${maxBytes} bytes.`);
}

/** What is wrong, and the option to raise where that is a limit. */
export function codecProblem({ code, message }: CodecError, limit: string): string {
  return code === 'TOO_LARGE' ? `${message} Raise ${limit} if that is right.` : message;
}
