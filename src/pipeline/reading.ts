/** What is said of a recording, sorted by who needs it: the decoder, or the frames behind it. */
import type { CreateDecoderOptions } from '../formats/index.ts';
import type { FrameRule } from '../frames/index.ts';

/** See {@link sortReading}. */
export interface Reading {
  /** For the decoder: events come canonical. */
  readonly decoding: CreateDecoderOptions;
  /** In place of the rule's own. */
  readonly rule: Partial<FrameRule>;
}

/**
 * Takes the convention out of a decoder's options. Behind the decoder it means the same for every format, and for cameras
 * that send events; applied in both places it would be applied twice.
 */
export function sortReading({ convention, ...decoding }: CreateDecoderOptions = {}): Reading {
  return { decoding, rule: convention === undefined ? {} : { convention } };
}
