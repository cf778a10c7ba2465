/** Parsers of option values that several commands share. They throw commander's usage error. */
import { InvalidArgumentError } from 'commander';
import type { CountRange, Region, SensorGeometry } from '../events/index.ts';
import { isInRange, rangeText, type NumberRange } from '../training/ranges.ts';

/** A whole number of at least `min`, at most `max`. */
export function wholeNumber(min: number, max: number = Infinity): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= min && value <= max) return value;
    const range = max === Infinity ? `of at least ${min}` : `from ${min} to ${max}`;
    throw new InvalidArgumentError(`Expected a whole number ${range}.`);
  };
}

/** A number that a range has. */
export function rangedNumber(range: NumberRange): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? NaN : Number(text);
    if (isInRange(value, range)) return value;
    throw new InvalidArgumentError(`Expected ${rangeText(range)}.`);
  };
}

/** What the library reads of a text, with its errors as usage errors. */
export function readBy<Value>(parse: (text: string) => Value): (text: string) => Value {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      throw new InvalidArgumentError((error as Error).message);
    }
  };
}

/** A number above 0. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('Expected a number above 0.');
}

/** Of an option that may be given more than once. Paths may stand behind it: it takes one word. */
export const another = (text: string, before: readonly string[] = []): string[] => [...before, text];

/** `34x34`: width x height. */
export function geometry(text: string): SensorGeometry {
  const match = /^(\d+)x(\d+)$/.exec(text);
  if (match === null) throw new InvalidArgumentError('Expected WIDTHxHEIGHT, for example 34x34.');
  return { width: Number(match[1]), height: Number(match[2]) };
}

/** `a..b`, either of them left out: the texts of both. */
function rangeParts(text: string): [start: string, end: string] {
  const parts = text.split('..').map((part) => part.trim());
  if (parts.length !== 2 || text.trim() === '..') {
    throw new InvalidArgumentError('Expected a..b, a.. or ..b.');
  }
  return parts as [string, string];
}

/** `0..10000`: numbers of events, from 0; the end does not belong to it. */
export function countRange(text: string): CountRange {
  const [start, end] = rangeParts(text).map((part) => (part === '' ? undefined : wholeNumber(0)(part)));
  if (end !== undefined && end <= (start ?? 0))
    throw new InvalidArgumentError('The end must be above the start.');
  return { ...(start !== undefined && { start }), ...(end !== undefined && { end }) };
}

const MILLIS_PER_UNIT: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** `500ms`, `60s`, `5m`, `1.5h`, above 0: milliseconds. */
export function durationMillis(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h)$/.exec(text.trim());
  const millis = match === null ? 0 : Number(match[1]) * MILLIS_PER_UNIT[match[2]!]!;
  if (millis > 0) return millis;
  throw new InvalidArgumentError('Expected a time above 0 such as 500ms, 60s, 5m or 1h.');
}

const MICROS_PER_UNIT: Readonly<Record<string, number>> = { us: 1, µs: 1, ms: 1000, s: 1_000_000 };

/** `1.5s..2s`, `10..20ms`, `0..2s`: a start without a unit has that of the end; only 0 needs none. */
export function timeRange(text: string): { readonly startMicros?: number; readonly endMicros?: number } {
  const [startText, endText] = rangeParts(text);
  const part = (time: string, inherited?: string): { micros: number; unit: string } | undefined => {
    if (time === '') return undefined;
    const match = /^(-?\d+(?:\.\d+)?)\s*(us|µs|ms|s)?$/.exec(time);
    if (match === null) throw new InvalidArgumentError('Expected times such as 1.5s, 20ms or 300us.');
    const value = Number(match[1]);
    const unit = match[2] ?? inherited ?? (value === 0 ? 's' : undefined);
    if (unit === undefined)
      throw new InvalidArgumentError(`${time} has no unit: write ${time}s, ${time}ms or ${time}us.`);
    return { micros: Math.round(value * MICROS_PER_UNIT[unit]!), unit };
  };
  const end = part(endText);
  const start = part(startText, end?.unit);
  if (start !== undefined && end !== undefined && end.micros <= start.micros) {
    throw new InvalidArgumentError('The end must be after the start.');
  }
  return { ...(start && { startMicros: start.micros }), ...(end && { endMicros: end.micros }) };
}

/** `16,16,32,32`: corner, width and height. */
export function region(text: string): Region {
  const match = /^(\d+),(\d+),(\d+),(\d+)$/.exec(text);
  if (match === null) throw new InvalidArgumentError('Expected x,y,width,height, for example 16,16,32,32.');
  const [x, y, width, height] = match.slice(1).map(Number) as [number, number, number, number];
  return { x, y, width, height };
}

/** A share from 0 to 1. */
export function shareNumber(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError('Expected a number from 0 to 1.');
}
