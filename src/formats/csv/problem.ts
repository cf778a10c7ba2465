/** What is wrong with a line, and what would read it: for messages. */
import { columnsExample, type ColumnRole } from '../columns.ts';
import { decimal, hasFraction, polarity, shiftedDecimal } from './decimal.ts';
import { fieldsOf } from './fields.ts';
import { MAX_TIME, PLACES } from './lines.ts';
import { withoutComment } from './preamble-line.ts';

/** So much of a line is shown. */
const SHOWN_CHARACTERS = 80;

/** A line as a message shows it: short, and without what a terminal would take for a command. */
export function shown(line: string): string {
  const text = line.replace(/^\uFEFF/, '').trim();
  const printable = text.replace(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/g, '\uFFFD');
  return printable.length > SHOWN_CHARACTERS ? `${printable.slice(0, SHOWN_CHARACTERS)}…` : printable;
}

/** Why a line is no event, as the end of a sentence about it. */
export function lineProblem(line: string, roles: readonly (ColumnRole | null)[], shift: number): string {
  if (/\r+[^\r\n]/.test(line)) return 'has a line end of old kind in it (CR without LF)';
  const { fields } = fieldsOf(withoutComment(line.trim()));
  const count = fields.at(-1) === '' ? fields.length - 1 : fields.length;
  if (count !== roles.length) return `has ${count} column${count === 1 ? '' : 's'}, not ${roles.length}`;
  for (const [i, role] of roles.entries()) {
    const problem = role === null ? null : fieldProblem(role, fields[i]!, shift);
    if (problem !== null) return problem;
  }
  return 'is no event';
}

function fieldProblem(role: ColumnRole, field: string, shift: number): string | null {
  if (role === 'p') {
    return Number.isNaN(polarity(field)) ? `has the polarity "${field}", which is none of 1, 0, -1, true, false` : null; // prettier-ignore
  }
  if (role === 't') {
    const time = shiftedDecimal(field, shift);
    if (Number.isNaN(time)) return `has the time "${field}", which is no number`;
    return Math.abs(time) > MAX_TIME
      ? `has the time ${field}, which is beyond 2^53 microseconds (--time-unit states another unit, ns for example)`
      : null;
  }
  const place = decimal(field);
  if (Number.isNaN(place)) return `has "${field}" for ${role}, which is no number`;
  if (!Number.isInteger(place)) return `has ${field} for ${role}, which is no whole number`;
  return place < 0 || place >= PLACES ? `has ${field} for ${role}, which is no place on a sensor` : null;
}

/**
 * The options that would read a line of numbers, if its columns are what they look like: the polarity is the last or the
 * first of them that can be one, the time has a fraction or is far greater than the others or comes first.
 */
export function optionsExample(fields: readonly string[]): string {
  const roles: string[] = fields.map(() => '-');
  const isFree = (i: number): boolean => roles[i] === '-';
  const places = fields.map((_, i) => i);
  const polarities = places.filter((i) => !Number.isNaN(polarity(fields[i]!)));
  const isLast = polarities.includes(fields.length - 1) || polarities[0] !== 0;
  roles[(isLast ? polarities.at(-1) : polarities[0]) ?? fields.length - 1] = 'p';
  const fractions = places.filter((i) => isFree(i) && hasFraction(fields[i]!));
  const values = fields.map((field) => Math.abs(decimal(field)));
  const greatest = places.filter(isFree).sort((a, b) => values[b]! - values[a]!);
  const isFar = values[greatest[0]!]! >= PLACES;
  const time = fractions[0] ?? (isFar ? greatest[0]! : places.find(isFree)!);
  roles[time] = 't';
  for (const role of ['x', 'y']) roles[places.find(isFree)!] = role;
  const hasPoint = fractions.length > 0 || /[.eE]/.test(fields[time]!);
  return columnsExample(roles.join(','), 'csv', hasPoint ? 's' : 'us');
}
