/** Tells a recording's format from its first bytes, the caller's word and the file's name, in this order. */
import { OptionError } from '../events/index.ts';
import { EventFormatError } from './errors.ts';
import type { EventFormat } from './event-format.ts';
import { eventFormats, findFormat } from './registry.ts';

/** Bytes that a decision needs at most. */
export const DETECTION_BYTES = 512;

/** What the caller knows. */
export interface DetectionHints {
  /** Identifier of the format, for content that cannot be told apart. */
  readonly format?: string;
  readonly fileName?: string;
}

/** The format and how it was told. */
export interface Detection {
  readonly format: EventFormat;
  readonly confidence: 'certain' | 'plausible' | 'stated';
  readonly reason: string;
}

/** Formats known by their first bytes but not read yet. */
const UNREAD: readonly (readonly [magic: RegExp, name: string])[] = [
  [/^#!AER-DAT1/, 'AEDAT 1.0'],
  [/^#!AER-DAT3/, 'AEDAT 3'],
  [/^#!AER-DAT4/, 'AEDAT 4.0'],
  [/^Event Stream/, 'Event Stream (.es)'],
  [/^% /, 'a Prophesee recording (RAW or DAT)'],
  [/^PK\u0003\u0004/, 'a zip archive; name a member as archive.zip!member'],
  [/^\u0089HDF/, 'HDF5'],
];

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
export function detectFormat(head: Uint8Array, { format: stated, fileName }: DetectionHints = {}): Detection {
  if (head.length === 0) throw new EventFormatError('EMPTY_FILE', 0, 'The recording has no bytes.');
  const text = new TextDecoder('latin1').decode(head.subarray(0, 64));
  if (text.startsWith('version https://git-lfs')) {
    throw new EventFormatError(
      'GIT_LFS_POINTER',
      0,
      'This is a Git LFS pointer, not the recording. Run `git lfs pull`.',
    );
  }
  const certain = eventFormats.find((format) => format.sniff(head) === 'certain');
  if (stated !== undefined) return fromStatement(stated, certain);
  if (certain !== undefined)
    return { format: certain, confidence: 'certain', reason: 'its first bytes say so' };
  const unread = UNREAD.find(([magic]) => magic.test(text));
  if (unread !== undefined) {
    throw new EventFormatError(
      'UNSUPPORTED_FORMAT',
      0,
      `This is ${unread[1]}, which saccade does not read. It reads ${names()}.`,
    );
  }
  return fromName(head, fileName);
}

function fromStatement(stated: string, certain: EventFormat | undefined): Detection {
  const format = findFormat(stated);
  if (format === undefined)
    throw new OptionError(
      'format',
      `must be one of ${eventFormats.map(({ id }) => id).join(', ')}; got "${stated}"`,
    );
  if (certain !== undefined && certain !== format) {
    throw new EventFormatError(
      'BAD_HEADER',
      0,
      `The option says ${format.name}, the first bytes say ${certain.name}. Leave the option out.`,
    );
  }
  return { format, confidence: 'stated', reason: 'the caller says so' };
}

function fromName(head: Uint8Array, fileName: string | undefined): Detection {
  const plausible = eventFormats.filter((format) => format.sniff(head) === 'plausible');
  const lower = fileName?.toLowerCase();
  const named = plausible.find(({ extensions }) =>
    extensions.some((extension) => lower?.endsWith(extension)),
  );
  if (named !== undefined) {
    return {
      format: named,
      confidence: 'plausible',
      reason: 'its name says so and its first records are plausible',
    };
  }
  if (plausible.length > 0) {
    throw new EventFormatError(
      'AMBIGUOUS_FORMAT',
      0,
      `The bytes could be ${plausible.map(({ name }) => name).join(' or ')}, but such files have no signature. Say which: format "${plausible[0]!.id}".`,
    );
  }
  const start = Array.from(head.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  throw new EventFormatError(
    'NOT_A_RECORDING',
    0,
    `The file begins with ${start}, which is no recording that saccade reads (${names()}).`,
  );
}

function names(): string {
  return eventFormats.map(({ name }) => name).join(', ');
}
