/** A compressed frame is damaged (`CORRUPT_DATA`) or too large (`TOO_LARGE`). Decoders add the place. */
export class CodecError extends Error {
  override readonly name = 'CodecError';
  readonly code: 'CORRUPT_DATA' | 'TOO_LARGE';

  constructor(code: 'CORRUPT_DATA' | 'TOO_LARGE', message: string) {
    super(message);
    this.code = code;
  }
}

/** A frame that decompresses to more than the limit. */
export function tooLarge(maxBytes: number): CodecError {
  return new CodecError(
    'TOO_LARGE',
    `A packet decompresses to more than ${maxBytes} bytes. Raise maxPacketBytes if that is right.`,
  );
}
