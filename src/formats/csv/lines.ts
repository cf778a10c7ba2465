/** The loop over lines of numbers. */
import type { SensorGeometry } from '../../events/index.ts';
import type { ColumnRole } from '../columns.ts';
import type { RecordRun } from '../records/run.ts';
import { decimal, hasFraction, polarity, shiftedDecimal } from './decimal.ts';

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const HASH = 0x23;
const PERCENT = 0x25;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const SEMICOLON = 0x3b;

const UNUSED = 0;
const T = 1;
const X = 2;
const Y = 3;
const P = 4;
/** The codes of `LineSyntax.roles`. */
export const CODES: Readonly<Record<ColumnRole, number>> = { t: T, x: X, y: Y, p: P };
/** Later times are not exact. */
export const MAX_TIME: number = Number.MAX_SAFE_INTEGER;
/** Places are stored in 16 bits. */
export const PLACES = 0x1_0000;

/** A longer line is no event. */
export const MAX_LINE_BYTES = 4096;

/** How lines are read. */
export interface LineSyntax {
  /** Role of each column, as codes. */
  readonly roles: Uint8Array;
  /** Decimal places from the times' unit to microseconds. */
  readonly shift: number;
  /** Whether nothing says the unit, so that times must not have a fraction. */
  readonly asksUnit: boolean;
  /** Whether a comma is a decimal point, like a dot; it parts columns otherwise. */
  readonly decimalComma: boolean;
  /** `null` if it is not known; places need 16 bits at most then. */
  readonly geometry: SensorGeometry | null;
}

/** Prepares what the loop needs. */
export function lineSyntax(
  roles: readonly (ColumnRole | null)[],
  settings: Omit<LineSyntax, 'roles'>,
): LineSyntax {
  return {
    roles: Uint8Array.from(roles, (role) => (role === null ? UNUSED : CODES[role])),
    ...settings,
  };
}

/** A run that also counts lines, events or not. */
export interface LineRun extends RecordRun {
  lines: number;
  /** Whether a time was written with a point or an exponent. */
  pointed: boolean;
}

/** What is wrong with a line: it is no event, or nothing says the unit of its time, which has a fraction. */
export type LineFault = 'no-event' | 'no-unit';

/** Told of a line that is left out: from its first byte to behind its line feed. */
export type MalformedLine = (start: number, end: number, fault: LineFault) => void;

/**
 * Reads the lines from `start` to `end` into `run` until it is full; `end` must be behind a line feed. Columns
 * are parted by commas or semicolons, each with blanks around it or not, or by blanks. The oracle of the kernel, and
 * what reads all lines that are not plain.
 *
 * @param most lines to read.
 * @returns where it stopped: at the start of a line.
 */
export function readLinesScalar(
  syntax: LineSyntax,
  bytes: Uint8Array,
  start: number,
  end: number,
  run: LineRun,
  malformed: MalformedLine,
  most: number = Infinity,
): number {
  const { roles, shift, asksUnit, decimalComma, geometry } = syntax;
  const width = geometry?.width ?? PLACES;
  const height = geometry?.height ?? PLACES;
  const columns = roles.length;
  const wholeScale = shift > 0 ? 10 ** shift : 1;
  const endsField = decimalComma ? ENDS_FIELD_WITH_COMMA : ENDS_FIELD;
  const comma = decimalComma ? SEMICOLON : COMMA;
  const point = decimalComma ? COMMA : DOT;
  const { arrays, capacity } = run;
  const lastLine = run.lines + most;
  let at = start;
  while (at < end && run.length < capacity && run.lines < lastLine) {
    const lineStart = at;
    run.lines++;
    let byte = bytes[at]!;
    while (byte === SPACE || byte === TAB) byte = bytes[++at]!;
    if (byte === LF || byte === CR || byte === HASH || byte === PERCENT) {
      at = bytes.indexOf(LF, at) + 1;
      if (at - lineStart > MAX_LINE_BYTES) malformed(lineStart, at, 'no-event');
      continue;
    }
    let time = NaN;
    let x = NaN;
    let y = NaN;
    let p = NaN;
    let fraction = false;
    for (let column = 0; column < columns; column++) {
      const role = roles[column]!;
      const first = at;
      if (role === UNUSED) {
        while (endsField[byte] === 0) byte = bytes[++at]!;
      } else {
        const negative = byte === MINUS;
        if (negative || byte === PLUS) byte = bytes[++at]!;
        let value = 0;
        const digits = at;
        for (let digit = byte - ZERO; digit >= 0 && digit <= 9; digit = byte - ZERO) {
          value = value * 10 + digit;
          byte = bytes[++at]!;
        }
        let plain = at > digits;
        if (role === T && shift < 0) {
          const whole = at;
          if (byte === DOT || byte === point) byte = bytes[(at = endOfDigits(bytes, at + 1))]!;
          value = wholeMicros(bytes, digits, whole, at, shift);
        } else if ((byte === DOT || byte === point) && role === T) {
          let places = shift;
          // The first digit that is left out, and 16 if any behind it is not 0.
          let left = 0;
          byte = bytes[++at]!;
          for (let digit = byte - ZERO; digit >= 0 && digit <= 9; digit = byte - ZERO) {
            if (places > 0) value = value * 10 + digit;
            else if (places === 0) left = digit;
            else if (digit > 0) left |= 16;
            places--;
            byte = bytes[++at]!;
          }
          for (; places > 0; places--) value *= 10;
          if (left > 0 && roundsUp(left, value)) value++;
          fraction = left > 0;
          run.pointed = true;
        } else if (role === T) {
          value *= wholeScale;
        }
        plain &&= endsField[byte] === 1;
        if (plain && role !== P) {
          value = negative ? 0 - value : value;
        } else if (plain && value <= 1) {
          value = negative ? 0 : value;
        } else {
          while (endsField[byte] === 0) byte = bytes[++at]!;
          const text = numberText(bytes, first, at, decimalComma);
          if (role === P) value = polarity(text);
          else value = role === T ? shiftedDecimal(text, shift) : decimal(text);
          if (role === T) {
            fraction = asksUnit && hasFraction(text);
            run.pointed = true;
          }
        }
        if (role === T) time = value;
        else if (role === X) x = value;
        else if (role === Y) y = value;
        else p = value;
      }
      while (byte === SPACE || byte === TAB) byte = bytes[++at]!;
      if (byte === LF || byte === CR) break;
      if (byte === comma || byte === SEMICOLON) {
        byte = bytes[++at]!;
        while (byte === SPACE || byte === TAB) byte = bytes[++at]!;
      }
    }
    let isWhole = true;
    if (byte !== LF) {
      const stop = bytes.indexOf(LF, at);
      isWhole = endsEarly(bytes, at, stop);
      at = stop;
    }
    at++;
    const sum = time + x + y + p;
    if (sum !== sum || !isWhole || at - lineStart > MAX_LINE_BYTES) {
      malformed(lineStart, at, 'no-event');
    } else if (fraction && asksUnit) {
      malformed(lineStart, at, 'no-unit');
    } else if (Math.abs(time) > MAX_TIME || !Number.isInteger(x + y) || !Number.isInteger(x)) {
      malformed(lineStart, at, 'no-event');
    } else if (x < 0 || y < 0 || x >= width || y >= height) {
      if (geometry === null) malformed(lineStart, at, 'no-event');
      else run.outside++;
    } else {
      const n = run.length++;
      if (time < run.previous) run.backwardSteps++;
      run.previous = time;
      run.on += p;
      arrays.t[n] = time;
      arrays.x[n] = x;
      arrays.y[n] = y;
      arrays.p[n] = p;
    }
  }
  return at;
}

/** Bytes that end a field, as tables: asked for every byte that is no digit. */
const ENDS_FIELD: Uint8Array = fieldEnds(COMMA, SEMICOLON, SPACE, TAB, LF, CR);
const ENDS_FIELD_WITH_COMMA: Uint8Array = fieldEnds(SEMICOLON, SPACE, TAB, LF, CR);

function fieldEnds(...ends: readonly number[]): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (ends.includes(byte) ? 1 : 0));
}

/** Whether nothing but the end of the line or a comment stands behind the columns. */
function endsEarly(bytes: Uint8Array, start: number, stop: number): boolean {
  let at = start;
  while (bytes[at] === CR) at++;
  return at === stop || bytes[at] === HASH || bytes[at] === PERCENT;
}

/** To the nearest, halves to even; see `left` in the loop. */
function roundsUp(left: number, value: number): boolean {
  const digit = left & 15;
  return digit > 5 || (digit === 5 && (left > 15 || value % 2 === 1));
}

/**
 * The digits from `start` to `-shift` before `whole` as a number, rounded by those behind, of which there are more
 * after the point, up to `end`. Negative shifts only.
 */
function wholeMicros(bytes: Uint8Array, start: number, whole: number, end: number, shift: number): number {
  const point = whole + shift;
  let value = 0;
  for (let i = start; i < point; i++) value = value * 10 + (bytes[i]! - ZERO);
  if (point < start) return value;
  let left = bytes[point]! - ZERO;
  for (let i = point + 1; i < end; i++) if (i !== whole && bytes[i] !== ZERO) left |= 16;
  return roundsUp(left, value) ? value + 1 : value;
}

function endOfDigits(bytes: Uint8Array, start: number): number {
  let at = start;
  while (bytes[at]! >= ZERO && bytes[at]! <= ZERO + 9) at++;
  return at;
}

/** A field as text, without quotes. */
export function fieldText(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let i = start; i < end && i < start + 64; i++) text += String.fromCharCode(bytes[i]!);
  return text.length > 1 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text;
}

/** Exponents, words, quotes: rare enough to go through text. */
function numberText(bytes: Uint8Array, start: number, end: number, decimalComma: boolean): string {
  const text = fieldText(bytes, start, end);
  return decimalComma ? text.replace(',', '.') : text;
}
