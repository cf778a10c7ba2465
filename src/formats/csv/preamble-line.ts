/** What stands in front of the first event: comments, a sensor size, names of the columns. */
import type { SensorGeometry } from '../../events/index.ts';
import { columnNamed, columnOrder, type ColumnOrder } from '../columns.ts';
import { decimal, polarity } from './decimal.ts';
import { fieldsOf } from './fields.ts';

/** What a line is, as far as it can be told before the order of the columns is known. */
export type PreambleLine =
  | { readonly kind: 'blank' | 'comment' }
  /** Some fields are no numbers. */
  | { readonly kind: 'text'; readonly fields: readonly string[]; readonly decimalComma: boolean }
  /** Names of the columns; a comment may hold them too. */
  | { readonly kind: 'names'; readonly order: ColumnOrder }
  /** Width and height alone, as event camera text files of rpg_e2vid begin; a comment may hold them too. */
  | {
      readonly kind: 'size';
      readonly geometry: SensorGeometry;
      readonly isOpenEb: boolean;
      readonly isComment: boolean;
    }
  /** One of them in a comment: `% Width 1280`. */
  | { readonly kind: 'side'; readonly side: keyof SensorGeometry; readonly pixels: number }
  | { readonly kind: 'numbers'; readonly fields: readonly string[]; readonly decimalComma: boolean };

/** The columns of a text that begins with `%geometry:W,H`: what OpenEB's samples write, and nobody else. */
export const OPENEB_COLUMNS = 'x,y,p,t';

/** Tells what a line is. */
export function readPreambleLine(text: string): PreambleLine {
  const line = text.replace(/^\uFEFF/, '').trim();
  if (line === '') return { kind: 'blank' };
  const comment = /^[#%]+\s*(.*)$/.exec(line)?.[1];
  if (comment !== undefined) return readComment(comment, /^%geometry:\d+,\d+$/.test(line));
  const { fields, decimalComma } = fieldsOf(withoutComment(line));
  const order = columnOrder(fields);
  if (order !== null) return { kind: 'names', order };
  if (
    !fields.every((field) => field === '' || !Number.isNaN(decimal(field)) || !Number.isNaN(polarity(field)))
  )
    return { kind: 'text', fields, decimalComma };
  const geometry = fields.length === 2 ? geometryOf(fields[0], fields[1]) : null;
  if (geometry !== null) return { kind: 'size', geometry, isOpenEb: false, isComment: false };
  return { kind: 'numbers', fields, decimalComma };
}

/** Without a comment behind the fields. */
export function withoutComment(line: string): string {
  return line.replace(/[\s,;][#%].*$/s, '');
}

function readComment(comment: string, isOpenEb: boolean): PreambleLine {
  const order = orderInComment(comment);
  if (order !== null) return { kind: 'names', order };
  const geometry = geometryInComment(comment);
  if (geometry !== null) return { kind: 'size', geometry, isOpenEb, isComment: true };
  const [, side, pixels] = /^(width|height)\s*[:=]?\s*(\d+)$/i.exec(comment) ?? [];
  if (isSide(Number(pixels)))
    return { kind: 'side', side: side!.toLowerCase() as keyof SensorGeometry, pixels: Number(pixels) };
  return { kind: 'comment' };
}

const LEAD_IN = /^(?:event\s+)?(?:format|columns?|fields?|header|order)(?:\s+(?:is|are))?\s*[:=]?\s+/i;
const SENTENCE = /^(.*?[\])}]|\S+)/;

/**
 * The order of columns that a comment states: names alone, names behind `columns:`, or a sentence of v2e's kind, "Format
 * is time (float s), x, y, polarity (0=off, 1=on) as specified at …".
 */
function orderInComment(comment: string): ColumnOrder | null {
  for (const text of [comment.replace(LEAD_IN, ''), comment]) {
    const { fields } = fieldsOf(text);
    const order = columnOrder(fields);
    if (order !== null) return order;
    if (fields.length < 4 || !text.includes(',')) continue;
    const last = SENTENCE.exec(fields.at(-1)!)?.[1] ?? '';
    const sentence = columnOrder([...fields.slice(0, -1), last]);
    // A sentence may have fields of its own; columns without a name in it are none.
    if (sentence !== null && fields.slice(0, -1).every((field) => columnNamed(field) !== null))
      return sentence;
  }
  return null;
}

const SIZE = '\\(?\\s*(\\d+)\\s*(?:[x×*,;]|\\s)\\s*(\\d+)\\s*\\)?';
const GEOMETRIES: readonly RegExp[] = [
  new RegExp(`^${SIZE}$`, 'i'),
  new RegExp(
    `^(?:(?:sensor|camera|image)\\s*[_-]?)?(?:geometry|size|resolution|dimensions?|sensor|camera)\\s*(?:\\([^)]*\\))?\\s*[:=]?\\s*${SIZE}$`,
    'i',
  ),
  /^width\s*[:=]?\s*(\d+)\s*[,;]?\s*height\s*[:=]?\s*(\d+)$/i,
];

function geometryInComment(comment: string): SensorGeometry | null {
  for (const pattern of GEOMETRIES) {
    const found = pattern.exec(comment);
    if (found !== null) return geometryOf(found[1], found[2]);
  }
  return null;
}

function geometryOf(width: string | undefined, height: string | undefined): SensorGeometry | null {
  const [w, h] = [Number(width), Number(height)];
  return isSide(w) && isSide(h) ? { width: w, height: h } : null;
}

function isSide(side: number): boolean {
  return Number.isInteger(side) && side > 0 && side <= 0x1_0000;
}
