/** Header lines of Prophesee's files: `% key value`, LF, with or without `% end`. */
import type { SensorGeometry } from '../../events/index.ts';
import type { ReportBuilder } from '../report-builder.ts';
import { TextHeaderReader, type TextHeaderSyntax } from '../text-header.ts';

/** Percent and space: data may begin with a percent sign. */
export const PROPHESEE_SYNTAX: TextHeaderSyntax = { prefix: '% ', endMarkers: ['% end'] };

/** What the lines say; `undefined` where they say nothing. */
export interface PropheseeHeader {
  /** `EVT2`, `EVT21`, `EVT3`, `EVT4`; `undefined` for DAT files. */
  readonly encoding: string | undefined;
  readonly geometry: SensorGeometry | undefined;
  /** Halves of EVT2.1 words swapped. */
  readonly endianness: string | undefined;
  /** Version of DAT files. */
  readonly datVersion: number | undefined;
  /** Microseconds that whoever wrote the file took off all times (faery does, `% t0`). */
  readonly t0: number | undefined;
  /** Whether these are the lines of OpenEB's index of a recording; see `openeb-index.ts`. */
  readonly isIndex: boolean;
}

/** Says that times were shifted, where they were: whoever compares recordings of one moment must know. */
export function noteShift(account: ReportBuilder, { t0 }: PropheseeHeader): void {
  if (t0 === undefined || t0 === 0) return;
  const message = `Whoever wrote the recording took ${t0} µs off all times (the header's t0): add them to have the camera's.`;
  account.note({ code: 'SHIFTED_TIMES', message });
}

function positive(text: string | undefined): number | undefined {
  const value = Number(text);
  return Number.isInteger(value) && value > 0 && value < 65_536 ? value : undefined;
}

function wholeNumber(text: string | undefined): number | undefined {
  const value = /^\d+$/.test(text ?? '') ? Number(text) : undefined;
  return Number.isSafeInteger(value) ? value : undefined;
}

/** Reads the lines; a `format` line wins over older ones. */
export function parsePropheseeHeader(lines: readonly string[]): PropheseeHeader {
  const fields = new Map<string, string>();
  const format = new Map<string, string>();
  for (const line of lines) {
    const [, key, value] = /^% (\S+)\s*(.*)$/.exec(line) ?? [];
    if (key === undefined || value === undefined) continue;
    fields.set(key.toLowerCase(), value.trim());
    if (key.toLowerCase() !== 'format') continue;
    const [name, ...options] = value.trim().split(';');
    format.set('name', name!.toUpperCase());
    for (const option of options) {
      const [field, setting] = option.split('=');
      format.set(field!.trim().toLowerCase(), (setting ?? '').trim());
    }
  }
  const [, major, minor] = /^(\d)\.(\d)/.exec(fields.get('evt') ?? '') ?? [];
  const oldName = major === undefined ? undefined : `EVT${major}${minor === '0' ? '' : minor!}`;
  const [oldWidth, oldHeight] = (fields.get('geometry') ?? '').split('x');
  const width = positive(format.get('width')) ?? positive(oldWidth) ?? positive(fields.get('width'));
  const height = positive(format.get('height')) ?? positive(oldHeight) ?? positive(fields.get('height'));
  return {
    encoding: format.get('name') ?? oldName,
    geometry: width === undefined || height === undefined ? undefined : { width, height },
    endianness: (format.get('endianness') ?? fields.get('endianness'))?.toLowerCase(),
    t0: wholeNumber(fields.get('t0')),
    isIndex: fields.has('bookmark_period_us'),
    datVersion: fields.has('version') ? Number(fields.get('version')) : undefined,
  };
}

/** What the first bytes of a file tell: its header as far as it goes, and what follows if its end is there. */
export function sniffPropheseeHeader(
  head: Uint8Array,
): { header: PropheseeHeader; data: Uint8Array | null } | null {
  const reader = new TextHeaderReader(PROPHESEE_SYNTAX);
  const data = reader.push(head);
  return reader.lines.length === 0 ? null : { header: parsePropheseeHeader(reader.lines), data };
}

/** A header for an encoder, ended by a marker: data may begin with a percent sign and a space. */
export function propheseeHeaderBytes(lines: readonly string[]): Uint8Array {
  return new TextEncoder().encode([...lines, 'end'].map((line) => `% ${line}\n`).join(''));
}

/** The encodings as the older key `evt` names them, which OpenEB writes beside `format` for all but EVT2.1. */
const OLD_NAMES: Readonly<Record<string, string>> = { EVT2: '2.0', EVT3: '3.0' };

/**
 * The header of a RAW file, with the keys that OpenEB's `PseeRawFileHeader` writes and reads. The sensor's size stands
 * in `format` and in `geometry` because faery looks for it in a `format` with no other options, OpenEB in both; without
 * one OpenEB does not open the file. Without `endianness` OpenEB takes EVT2.1 for that of older cameras, halves swapped.
 */
export function rawHeaderBytes(encoding: string, geometry: SensorGeometry | null): Uint8Array {
  const size = geometry === null ? [] : [`height=${geometry.height}`, `width=${geometry.width}`];
  const order = encoding === 'EVT21' ? ['endianness=little'] : [];
  const lines = [`format ${[encoding, ...order, ...size].join(';')}`];
  if (order.length > 0) lines.unshift('endianness little');
  const oldName = OLD_NAMES[encoding];
  if (oldName !== undefined) lines.unshift(`evt ${oldName}`);
  if (geometry !== null) lines.push(`geometry ${geometry.width}x${geometry.height}`);
  return propheseeHeaderBytes(lines);
}
