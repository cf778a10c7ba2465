/** Decimal numbers in any spelling, exactly: the way for what the fast loop does not know. */

const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/;

/** The digits of a number and where its point stands among them; `null` for what is no decimal number. */
function digitsOf(text: string): { negative: boolean; digits: string; point: number } | null {
  const found = NUMBER.exec(text);
  if (found === null) return null;
  const [, sign, whole = '', fraction = '', exponent = '0'] = found;
  const digits = whole + fraction;
  return digits === '' ? null : { negative: sign === '-', digits, point: whole.length + Number(exponent) };
}

/**
 * A decimal number times 10^`shift`, rounded to the nearest whole number, halves to the even one. Done on the
 * digits, so that neither 19-digit nanoseconds nor `1.589163147368868e9` seconds lose any.
 *
 * @returns `NaN` for what is no decimal number.
 */
export function shiftedDecimal(text: string, shift: number): number {
  const number = digitsOf(text);
  if (number === null) return NaN;
  const { negative, digits } = number;
  const point = number.point + shift;
  if (point < 0) return 0;
  const value = Number(digits.slice(0, point).padEnd(point, '0'));
  const left = digits.slice(point);
  const isUp = left.startsWith('5') && /^50*$/.test(left) ? value % 2 === 1 : left.charAt(0) >= '5';
  const rounded = value + (isUp ? 1 : 0);
  return negative ? 0 - rounded : rounded;
}

/** Whether a decimal number has a fraction other than 0. */
export function hasFraction(text: string): boolean {
  const number = digitsOf(text);
  return number !== null && /[1-9]/.test(number.digits.slice(Math.max(number.point, 0)));
}

/** A decimal number, `NaN` for what is none. */
export function decimal(text: string): number {
  return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$/.test(text) ? Number(text) : NaN;
}

/** A polarity: 1, 0, -1 in any spelling of a number, true, false, on, off; `NaN` for anything else. */
export function polarity(text: string): number {
  const lower = text.toLowerCase();
  if (lower === 'true' || lower === 'on') return 1;
  if (lower === 'false' || lower === 'off') return 0;
  const number = decimal(text);
  if (number === 1) return 1;
  return number === 0 || number === -1 ? 0 : NaN;
}
