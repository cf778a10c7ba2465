/** Parsers of option values that several commands share. They throw commander's usage error. */
import { InvalidArgumentError } from 'commander';
import type { SensorGeometry } from '../events/index.ts';

/** A whole number of at least `min`. */
export function wholeNumber(min: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= min) return value;
    throw new InvalidArgumentError(`Expected a whole number of at least ${min}.`);
  };
}

/** A number above 0. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('Expected a number above 0.');
}

/** `34x34`: width x height. */
export function geometry(text: string): SensorGeometry {
  const match = /^(\d+)x(\d+)$/.exec(text);
  if (match === null) throw new InvalidArgumentError('Expected WIDTHxHEIGHT, for example 34x34.');
  return { width: Number(match[1]), height: Number(match[2]) };
}
