/** Tells a recording's format from its first bytes, the caller's word and the file's name, in this order, among some. */
import { OptionError } from '../events/index.ts';
import { byteText, plainBytes } from './bytes.ts';
import { EventFormatError } from './errors.ts';
import { formatNamed, hasExtension, type EventFormat, type Sniff } from './event-format.ts';
import { unreadContainer } from './unread-containers.ts';

/** Bytes that a decision needs at most; it never looks at more, so that chunks cannot change it. */
export const DETECTION_BYTES = 4096;

const LFS_POINTER = new TextEncoder().encode('version https://git-lfs');

/** What the caller knows, and the formats that it may be. */
export interface DetectionAmong {
  /** Identifier of the format, for content that cannot be told apart. */
  readonly format?: string;
  readonly fileName?: string;
  readonly formats: readonly EventFormat[];
}

/** The format and how it was told. */
export interface Detection {
  readonly format: EventFormat;
  readonly confidence: 'certain' | 'plausible' | 'stated';
  readonly reason: string;
  /** What the first bytes tell of it. */
  readonly sniff: Sniff | null;
}

interface Candidate {
  readonly format: EventFormat;
  readonly sniff: Sniff;
}

/** See `detectFormat`. */
export function detectAmong(
  bytes: Uint8Array,
  { format: stated, fileName, formats }: DetectionAmong,
): Detection {
  const head = plainBytes(bytes).subarray(0, DETECTION_BYTES);
  if (head.length === 0) throw new EventFormatError('EMPTY_FILE', 0, 'The recording has no bytes.');
  if (LFS_POINTER.every((byte, i) => head[i] === byte)) {
    throw new EventFormatError(
      'GIT_LFS_POINTER',
      0,
      'This is a Git LFS pointer, not the recording. Run `git lfs pull`.',
    );
  }
  const sniffed = formats.flatMap((format): Candidate[] => {
    const sniff = format.sniff(head);
    return sniff === null ? [] : [{ format, sniff }];
  });
  const certain = sniffed.find(({ sniff }) => sniff.confidence === 'certain');
  if (stated !== undefined) return fromStatement(stated, sniffed, formats);
  if (certain !== undefined) return { ...certain, confidence: 'certain', reason: 'its first bytes say so' };
  const unread = unreadContainer(head, byteText(head));
  if (unread !== null) {
    throw new EventFormatError(
      'UNSUPPORTED_FORMAT',
      0,
      `This is ${unread.name}, which is not read as it stands. ${unread.advice}`,
    );
  }
  return fromName(head, sniffed, fileName, formats);
}

function fromStatement(
  stated: string,
  sniffed: readonly Candidate[],
  formats: readonly EventFormat[],
): Detection {
  const format = formatNamed(stated, formats);
  if (format === undefined)
    throw new OptionError(
      'format',
      `must be one of ${formats.map(({ id }) => id).join(', ')}; got "${stated}"`,
    );
  const certain = sniffed.find(({ sniff }) => sniff.confidence === 'certain');
  if (certain !== undefined && certain.format !== format) {
    throw new EventFormatError(
      'BAD_HEADER',
      0,
      `The option says ${format.name}, the first bytes say ${certain.format.name}. Leave the option out.`,
    );
  }
  const sniff = sniffed.find((candidate) => candidate.format === format)?.sniff ?? null;
  return { format, confidence: 'stated', reason: 'the caller says so', sniff };
}

/** Formats without a signature: a name decides, if it is of one plausible format only. */
function fromName(
  head: Uint8Array,
  plausible: readonly Candidate[],
  fileName: string | undefined,
  formats: readonly EventFormat[],
): Detection {
  const named = plausible.filter(({ format }) => fileName !== undefined && hasExtension(format, fileName));
  if (named.length === 1) {
    return {
      ...named[0]!,
      confidence: 'plausible',
      reason: 'its name says so and its first records are plausible',
    };
  }
  if (plausible.length > 0) {
    const candidates = named.length > 0 ? named : plausible;
    throw new EventFormatError(
      'AMBIGUOUS_FORMAT',
      0,
      `The bytes could be ${candidates.map(({ format }) => format.name).join(' or ')}, but such files have no signature. Say which: format "${candidates.map(({ format }) => format.id).join('" or "')}".`,
    );
  }
  const start = Array.from(head.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  throw new EventFormatError(
    'NOT_A_RECORDING',
    0,
    `The file begins with ${start}, which is no recording that saccade reads (${names(formats)}).`,
  );
}

function names(formats: readonly EventFormat[]): string {
  return formats.map(({ name }) => name).join(', ');
}
