/** Loops that turn a column of any number type into doubles. */
import type { TimeUnit } from '../time-unit.ts';
import type { NumberType } from './dtype.ts';

/** Numbers at equal steps; those of one array, or one field of an array of structures. */
export interface NumberColumn {
  readonly view: DataView;
  /** Of the first number. */
  readonly offset: number;
  /** Bytes from one number to the next. */
  readonly stride: number;
  readonly type: NumberType;
}

/** Reads numbers from number `start` on until `out` is full. Those beyond 2^53 are rounded. */
export function readNumbers(
  { view, offset, stride, type }: NumberColumn,
  start: number,
  out: Float64Array,
): void {
  const { little } = type;
  const count = out.length;
  let at = offset + start * stride;
  switch (`${type.kind}${type.bytes}`) {
    case 'u1':
      for (let i = 0; i < count; i++, at += stride) out[i] = view.getUint8(at);
      return;
    case 'i1':
      for (let i = 0; i < count; i++, at += stride) out[i] = view.getInt8(at);
      return;
    case 'u2':
      for (let i = 0; i < count; i++, at += stride) out[i] = view.getUint16(at, little);
      return;
    case 'i2':
      for (let i = 0; i < count; i++, at += stride) out[i] = view.getInt16(at, little);
      return;
    case 'u4':
      for (let i = 0; i < count; i++, at += stride) out[i] = view.getUint32(at, little);
      return;
    case 'i4':
      for (let i = 0; i < count; i++, at += stride) out[i] = view.getInt32(at, little);
      return;
    case 'u8':
    case 'i8': {
      const [low, high] = little ? [0, 4] : [4, 0];
      const sign = type.kind === 'i' ? 0 : 2 ** 32;
      for (let i = 0; i < count; i++, at += stride) {
        const upper = view.getInt32(at + high, little);
        out[i] = (upper < 0 ? upper + sign : upper) * 2 ** 32 + view.getUint32(at + low, little);
      }
      return;
    }
    case 'f2':
      for (let i = 0; i < count; i++, at += stride) out[i] = half(view.getUint16(at, little));
      return;
    case 'f4':
      for (let i = 0; i < count; i++, at += stride) out[i] = view.getFloat32(at, little);
      return;
    case 'f8':
      for (let i = 0; i < count; i++, at += stride) out[i] = view.getFloat64(at, little);
      return;
    default:
      for (let i = 0; i < count; i++, at += stride) out[i] = view.getUint8(at) === 0 ? 0 : 1;
  }
}

/** IEEE 754 half precision. */
function half(bits: number): number {
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (0x400 + fraction) * 2 ** (exponent - 25);
}

const MICROS: Readonly<Record<Exclude<TimeUnit, 'ns'>, number>> = { s: 1e6, ms: 1e3, us: 1 };

/**
 * Reads times as {@link readNumbers} does, in whole microseconds: finer ones are rounded to the nearest, halves to the
 * even one. Exact for whole numbers of any size.
 *
 * @param unit `null` if nothing says it: whole times are microseconds then.
 * @returns how many were read: where the unit is not known, up to the first one with a fraction, which is as it is
 * stored.
 */
export function readTimes(
  column: NumberColumn,
  unit: TimeUnit | null,
  start: number,
  out: Float64Array,
): number {
  const { kind, bytes } = column.type;
  if (unit === 'ns' && bytes === 8 && kind !== 'f') {
    readNanoseconds(column, start, out);
    return out.length;
  }
  readNumbers(column, start, out);
  if (kind !== 'f' && (unit === null || unit === 'us')) return out.length;
  if (unit === null) {
    for (let i = 0; i < out.length; i++) {
      const time = out[i]!;
      if (Math.floor(time) !== time && Number.isFinite(time)) return i;
    }
    return out.length;
  }
  const factor = unit === 'ns' ? 1 : MICROS[unit];
  const divisor = unit === 'ns' ? 1000 : 1;
  for (let i = 0; i < out.length; i++) out[i] = roundedToEven((out[i]! * factor) / divisor);
  return out.length;
}

/** Doubles from here to twice as much are the whole numbers. */
const WHOLE_FROM = 2 ** 52;
/** In the middle of them: a sum with less than half as much is rounded as IEEE 754 rounds, halves to the even one. */
const ROUNDING = 1.5 * WHOLE_FROM;

/** To the nearest whole number, halves to the even one; never -0. */
function roundedToEven(value: number): number {
  if (Math.abs(value) < WHOLE_FROM / 2) return value + ROUNDING - ROUNDING;
  const floor = Math.floor(value);
  const left = value - floor;
  return floor + (left > 0.5 || (left === 0.5 && floor % 2 !== 0) ? 1 : 0) + 0;
}

/** Nanoseconds since 1970 are beyond 2^53: divided in two parts. */
function readNanoseconds(
  { view, offset, stride, type }: NumberColumn,
  start: number,
  out: Float64Array,
): void {
  const { little, kind } = type;
  const [low, high] = little ? [0, 4] : [4, 0];
  let at = offset + start * stride;
  for (let i = 0; i < out.length; i++, at += stride) {
    const upper = kind === 'i' ? view.getInt32(at + high, little) : view.getUint32(at + high, little);
    // 2^32 = 4,294,967 * 1000 + 296
    const rest = upper * 296 + view.getUint32(at + low, little);
    const quotient = Math.floor(rest / 1000);
    const remainder = rest - 1000 * quotient;
    const micros = upper * 4_294_967 + quotient;
    out[i] = micros + (remainder > 500 || (remainder === 500 && micros % 2 !== 0) ? 1 : 0);
  }
}
