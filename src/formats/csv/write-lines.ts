/** Events into lines of text, without strings between. */
import type { EventArrays } from '../../events/index.ts';
import type { ColumnRole } from '../columns.ts';
import { writeFixed, writeWhole } from './digits.ts';

const LF = 0x0a;
const COMMA = 0x2c;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;

/** Time: sign, 16 digits, point or three zeros. Two columns of up to five digits, polarity of three, commas, line feed. */
export const MAX_LINE_BYTES: number = 20 + 17;

/** How lines are written. */
export interface LineForm {
  readonly roles: readonly ColumnRole[];
  /** Decimal places from the times' unit to microseconds. */
  readonly shift: number;
}

/**
 * Writes the events `from` to `to` into bytes that are known to suffice; stops before a time that is no whole number
 * below 2^53. The oracle of the kernel.
 *
 * @returns the next event, and where its line begins.
 */
export function writeLinesScalar(
  { roles, shift }: LineForm,
  events: EventArrays,
  from: number,
  to: number,
  bytes: Uint8Array,
  start: number,
): { readonly next: number; readonly end: number } {
  const { t } = events;
  const columns = roles.map((role) => events[role]);
  let at = start;
  for (let i = from; i < to; i++) {
    if (!Number.isSafeInteger(t[i])) return { next: i, end: at };
    for (const column of columns) {
      at = column === t ? writeTime(bytes, at, t[i]!, shift) : writeWhole(bytes, at, column[i]!);
      bytes[at++] = COMMA;
    }
    bytes[at - 1] = LF;
  }
  return { next: to, end: at };
}

/** Microseconds with the point `shift` places to the left, or followed by as many zeros. */
function writeTime(bytes: Uint8Array, start: number, micros: number, shift: number): number {
  let at = start;
  if (micros < 0) bytes[at++] = MINUS;
  const value = Math.abs(micros);
  if (shift > 0) {
    const unit = 10 ** shift;
    const whole = Math.floor(value / unit);
    at = writeWhole(bytes, at, whole);
    bytes[at++] = DOT;
    return writeFixed(bytes, at, value - unit * whole, shift);
  }
  at = writeWhole(bytes, at, value);
  for (let i = 0; i < -shift && value > 0; i++) bytes[at++] = ZERO;
  return at;
}
