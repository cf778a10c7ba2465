/** The loop over lines of numbers. */
import type { SensorGeometry } from '../../events/index.ts';
import type { ColumnRole } from '../columns.ts';
import type { RecordRun } from '../records/run.ts';
import { decimal, polarity, shiftedDecimal } from './decimal.ts';

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
const CODES: Readonly<Record<ColumnRole, number>> = { t: T, x: X, y: Y, p: P };
/** Of an event whose time is not exact: left out. */
const MAX_TIME = Number.MAX_SAFE_INTEGER;

/** A longer line is no event. */
export const MAX_LINE_BYTES = 4096;

/** How lines are read. */
export interface LineSyntax {
  /** Role of each column, as codes. */
  readonly roles: Uint8Array;
  /** Decimal places from the times' unit to microseconds. */
  readonly shift: number;
  readonly width: number;
  readonly height: number;
}

/** Prepares what the loop needs. */
export function lineSyntax(
  roles: readonly (ColumnRole | null)[],
  shift: number,
  geometry: SensorGeometry | null,
): LineSyntax {
  return {
    roles: Uint8Array.from(roles, (role) => (role === null ? UNUSED : CODES[role])),
    shift,
    width: geometry?.width ?? 0x1_0000,
    height: geometry?.height ?? 0x1_0000,
  };
}

/** A run that also counts events whose numbers cannot be a place or a time. */
export interface LineRun extends RecordRun {
  invalid: number;
}

/** Told of a line that is no event: from its first byte to behind its line feed. */
export type MalformedLine = (start: number, end: number) => void;

/**
 * Reads the lines from `start` to `end` into `run` until it is full; `end` must be behind a line feed. Columns
 * are parted by commas or semicolons, each with blanks around it or not, or by blanks.
 *
 * @returns where it stopped: at the start of a line.
 */
export function readLines(
  syntax: LineSyntax,
  bytes: Uint8Array,
  start: number,
  end: number,
  run: LineRun,
  malformed: MalformedLine,
): number {
  const { roles, shift, width, height } = syntax;
  const columns = roles.length;
  const wholeScale = shift > 0 ? 10 ** shift : 1;
  const { arrays, capacity } = run;
  let at = start;
  while (at < end && run.length < capacity) {
    const lineStart = at;
    let byte = bytes[at]!;
    while (byte === SPACE || byte === TAB) byte = bytes[++at]!;
    if (byte === LF || byte === CR || byte === HASH || byte === PERCENT) {
      at = bytes.indexOf(LF, at) + 1;
      if (at - lineStart > MAX_LINE_BYTES) malformed(lineStart, at);
      continue;
    }
    let time = NaN;
    let x = NaN;
    let y = NaN;
    let p = NaN;
    for (let column = 0; column < columns; column++) {
      const role = roles[column]!;
      const first = at;
      if (role === UNUSED) {
        while (!endsField(byte)) byte = bytes[++at]!;
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
          value = wholeMicros(bytes, digits, at + shift, at);
          if (byte === DOT) byte = bytes[(at = endOfDigits(bytes, at + 1))]!;
        } else if (byte === DOT && role === T) {
          let places = shift;
          let up = 0;
          byte = bytes[++at]!;
          for (let digit = byte - ZERO; digit >= 0 && digit <= 9; digit = byte - ZERO) {
            if (places > 0) value = value * 10 + digit;
            else if (places === 0 && digit >= 5) up = 1;
            places--;
            byte = bytes[++at]!;
          }
          for (; places > 0; places--) value *= 10;
          value += up;
        } else if (role === T) {
          value *= wholeScale;
        }
        plain &&= endsField(byte);
        if (plain && role !== P) {
          value = negative ? 0 - value : value;
        } else if (plain && value <= 1) {
          value = negative ? 0 : value;
        } else {
          while (!endsField(byte)) byte = bytes[++at]!;
          value = unusual(role, fieldText(bytes, first, at), shift);
        }
        if (role === T) time = value;
        else if (role === X) x = value;
        else if (role === Y) y = value;
        else p = value;
      }
      while (byte === SPACE || byte === TAB) byte = bytes[++at]!;
      if (byte === LF || byte === CR) break;
      if (byte === COMMA || byte === SEMICOLON) {
        byte = bytes[++at]!;
        while (byte === SPACE || byte === TAB) byte = bytes[++at]!;
      }
    }
    at = byte === LF ? at + 1 : bytes.indexOf(LF, at) + 1;
    const sum = time + x + y + p;
    if (sum !== sum || at - lineStart > MAX_LINE_BYTES) {
      malformed(lineStart, at);
    } else if (Math.abs(time) > MAX_TIME || !Number.isInteger(x + y) || !Number.isInteger(x)) {
      run.invalid++;
    } else if (x < 0 || y < 0 || x >= width || y >= height) {
      run.outside++;
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

/** Bytes that end a field, as a table: asked for every byte that is no digit. */
const ENDS_FIELD: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) =>
  [COMMA, SEMICOLON, SPACE, TAB, LF, CR].includes(byte) ? 1 : 0,
);

function endsField(byte: number): boolean {
  return ENDS_FIELD[byte] === 1;
}

/** The digits from `start` to `point` as a number, rounded by the digit there. Negative shifts only. */
function wholeMicros(bytes: Uint8Array, start: number, point: number, end: number): number {
  let value = 0;
  for (let i = start; i < point; i++) value = value * 10 + (bytes[i]! - ZERO);
  return point >= start && point < end && bytes[point]! >= ZERO + 5 ? value + 1 : value;
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
function unusual(role: number, text: string, shift: number): number {
  if (role === P) return polarity(text);
  return role === T ? shiftedDecimal(text, shift) : decimal(text);
}
