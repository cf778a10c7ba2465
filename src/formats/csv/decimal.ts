/** Decimal numbers in any spelling, exactly: the way for what the fast loop does not know. */

/**
 * A decimal number times 10^`shift`, rounded to the nearest whole number, halves away from zero. Done on the
 * digits, so that neither 19-digit nanoseconds nor `1.589163147368868e9` seconds lose any.
 *
 * @returns `NaN` for what is no decimal number.
 */
export function shiftedDecimal(text: string, shift: number): number {
  const found = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/.exec(text);
  if (found === null) return NaN;
  const [, sign, whole = '', fraction = '', exponent = '0'] = found;
  const digits = whole + fraction;
  if (digits === '') return NaN;
  const point = whole.length + Number(exponent) + shift;
  if (point < 0) return 0;
  const rounded = Number(digits.slice(0, point).padEnd(point, '0')) + (digits.charAt(point) >= '5' ? 1 : 0);
  return sign === '-' ? 0 - rounded : rounded;
}

/** A decimal number, `NaN` for what is none. */
export function decimal(text: string): number {
  return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$/.test(text) ? Number(text) : NaN;
}

/** A polarity: 1, 0, -1 in any spelling of a number, true, false; `NaN` for anything else. */
export function polarity(text: string): number {
  const lower = text.toLowerCase();
  if (lower === 'true') return 1;
  if (lower === 'false') return 0;
  const number = decimal(text);
  if (number === 1) return 1;
  return number === 0 || number === -1 ? 0 : NaN;
}
