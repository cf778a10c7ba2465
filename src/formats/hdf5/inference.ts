/** What names and types do not say, told from the first rows where only one answer fits. */
import { columnsOption, type ColumnOrder } from '../columns.ts';

/** Orders that people use. */
const ORDERS = ['t,x,y,p', 'x,y,t,p', 'x,y,p,t', 't,p,x,y', 't,y,x,p'];
const PLACES = 0x1_0000;
/** From 2001 to 2096: seconds since 1970. */
const EPOCH_FROM = 978e6;
const EPOCH_TO = 4e9;
/** Fewer events in a second than cameras give in a still scene: the times are no seconds. */
const MIN_RATE = 100;
/** Part of a millisecond that is more than a rounding error of doubles. */
const RESOLUTION = 0.000_9;

/**
 * The order of a matrix's columns: that in which polarities are 0, 1 or -1, places are whole numbers of 16 bits, and
 * times never fall but rise in all; `null` unless exactly one order fits.
 *
 * @param columns the first rows, column by column.
 */
export function inferOrder(columns: readonly Float64Array[]): ColumnOrder | null {
  if (columns.length !== 4) return null;
  const fitting = ORDERS.map(columnsOption).filter(({ roles }) =>
    roles.every((role, i) => {
      const column = columns[i]!;
      if (role === 't') return rises(column);
      if (role === 'p') return column.every((value) => value === 0 || value === 1 || value === -1);
      return column.every((value) => Number.isInteger(value) && value >= 0 && value < PLACES);
    }),
  );
  // Which of two places is x, no content tells: the first one, as everywhere.
  const [first, second] = fitting;
  if (first === undefined) return null;
  const isSame = second === undefined || (fitting.length === 2 && second.roles.indexOf('t') === first.roles.indexOf('t') && second.roles.indexOf('p') === first.roles.indexOf('p')); // prettier-ignore
  return isSame ? first : null;
}

function rises(times: Float64Array): boolean {
  for (let i = 1; i < times.length; i++) if (!(times[i]! >= times[i - 1]!)) return false;
  return times.length > 1 && times.at(-1)! > times[0]!;
}

/**
 * Whether times are seconds: some are finer than a thousandth of their unit, and so many events would come in a second as
 * cameras give, or they are seconds since 1970.
 *
 * @param times the first ones, as numbers that can have a fraction.
 */
export function areSeconds(times: Float64Array): boolean {
  let [least, most, isFine] = [Infinity, -Infinity, false];
  for (const time of times) {
    if (!Number.isFinite(time)) return false;
    least = Math.min(least, time);
    most = Math.max(most, time);
    const thousandths = Math.abs(time * 1000);
    isFine ||= Math.abs(thousandths - Math.round(thousandths)) > RESOLUTION;
  }
  if (!isFine) return false;
  if (least >= EPOCH_FROM && most <= EPOCH_TO) return true;
  return times.length > 1 && times.length >= MIN_RATE * (most - least);
}
