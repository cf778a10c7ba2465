/** Tells a recording's format among all that saccade reads. */
import { detectAmong, type Detection, type DetectionAmong } from './detect-among.ts';
import type { EventFormat } from './event-format.ts';
import { eventFormats } from './registry.ts';

/** What the caller knows. */
export interface DetectionHints<Formats extends readonly EventFormat[] = readonly EventFormat[]> extends Omit<
  DetectionAmong,
  'formats'
> {
  /** The formats that it may be. Default: {@link eventFormats}; `[...eventFormats, mine]` adds one. */
  readonly formats?: Formats;
}

/**
 * Decides from the first bytes of a recording (at least {@link DETECTION_BYTES}, or all there are).
 *
 * @throws {@link EventFormatError} `EMPTY_FILE`, `GIT_LFS_POINTER`, `UNSUPPORTED_FORMAT` (names what was found),
 * `AMBIGUOUS_FORMAT` (say which it is), `NOT_A_RECORDING`. {@link OptionError} for an unknown `format`.
 *
 * @example
 * ```ts
 * import { detectFormat } from 'saccade';
 * const head = new TextEncoder().encode('#!AER-DAT2.0\r\n');
 * console.log(detectFormat(head).format.name); // 'AEDAT 2.0'
 * ```
 */
export function detectFormat(bytes: Uint8Array, hints: DetectionHints = {}): Detection {
  return detectAmong(bytes, { ...hints, formats: hints.formats ?? eventFormats });
}
