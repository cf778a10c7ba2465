/** What stands in front of the first event: comments, a sensor size, names of the columns. */
import type { SensorGeometry } from '../../events/index.ts';
import { columnOrder, type ColumnOrder } from '../columns.ts';
import { decimal, polarity } from './decimal.ts';

/** What a line is, as far as it can be told before the order of the columns is known. */
export type PreambleLine =
  | { readonly kind: 'blank' | 'comment' }
  /** Some fields are no numbers. */
  | { readonly kind: 'text'; readonly fields: readonly string[] }
  /** Names of the columns; a comment may hold them too. */
  | { readonly kind: 'names'; readonly order: ColumnOrder }
  /** Width and height alone, as event camera text files of rpg_e2vid begin. */
  | { readonly kind: 'size'; readonly geometry: SensorGeometry }
  | { readonly kind: 'numbers'; readonly columns: number };

/** The fields of a line. */
function fieldsOf(line: string): string[] {
  const parted = /[,;]/.test(line)
    ? line.split(/[,;]/)
    : line.includes('\t')
      ? line.split('\t')
      : line.split(/ +/);
  return parted.map((field) => field.trim().replace(/^"(.*)"$/, '$1'));
}

/** Tells what a line is. */
export function readPreambleLine(text: string): PreambleLine {
  const line = text.replace(/^\uFEFF/, '').trim();
  if (line === '') return { kind: 'blank' };
  const comment = /^[#%]+\s*(.*)$/.exec(line);
  const fields = fieldsOf(comment?.[1] ?? line);
  const order = columnOrder(fields);
  if (order !== null) return { kind: 'names', order };
  if (comment !== null) return { kind: 'comment' };
  if (
    !fields.every((field) => field === '' || !Number.isNaN(decimal(field)) || !Number.isNaN(polarity(field)))
  )
    return { kind: 'text', fields };
  const [width, height] = fields.map(Number);
  if (fields.length === 2 && isSide(width) && isSide(height))
    return { kind: 'size', geometry: { width, height } };
  return { kind: 'numbers', columns: fields.length };
}

function isSide(side: number | undefined): side is number {
  return Number.isInteger(side) && side! > 0 && side! <= 0x1_0000;
}

/** Whole lines looked at to judge whether bytes may be numbers in columns. */
const PROBE_LINES = 32;

/**
 * Whether bytes could be events as text: `named` if a line names the columns, `numbers` if the lines are four
 * numbers and more, `null` otherwise.
 */
export function probeText(head: Uint8Array): { kind: 'named' | 'numbers'; geometry?: SensorGeometry } | null {
  for (const byte of head) if (byte < 0x09 || (byte > 0x0d && byte < 0x20)) return null;
  const lines = new TextDecoder('latin1')
    .decode(head)
    .replace(/^\u00EF\u00BB\u00BF/, '')
    .split('\n');
  if (lines.length > 1) lines.pop();
  let geometry: SensorGeometry | undefined;
  let columns: number | undefined;
  for (const text of lines.slice(0, PROBE_LINES)) {
    const line = readPreambleLine(text);
    const found = (kind: 'named' | 'numbers') => ({ kind, ...(geometry && { geometry }) });
    if (line.kind === 'names' && columns === undefined) return found('named');
    if (line.kind === 'text') return null;
    if (line.kind === 'size' && columns === undefined) geometry = line.geometry;
    if (line.kind !== 'numbers') continue;
    if (line.columns < 4 || line.columns !== (columns ?? line.columns)) return null;
    columns = line.columns;
  }
  return columns === undefined ? null : { kind: 'numbers', ...(geometry && { geometry }) };
}
