/**
 * Encodes ECF chunks, byte for byte as Prophesee's encoder does. What it decides is no part of the encoding: it looks at the
 * first quarter of the events, and packs where runs of rows, or columns beside each other, are rare.
 */
import { ECF_EVENT_BYTES, ECF_HEADER_BYTES, XP_WORDS, XYP_WORDS } from './layout.ts';

/** Events below which all of them are looked at. */
const FEW_EVENTS = 16;
/** Up to so many of those looked at may have the row of the one before, or follow it in a vector. */
const MOST_IN_ROWS = 0.2;
const MOST_IN_VECTORS = 0.08;
/** Reach of a vector behind its x. */
const VECTOR = 5;
/** Most bytes of an event: 17 of time with one of its count, 2 of y, 2 of x, 1 of p. */
const MOST_EVENT_BYTES = 22;

/** Events to encode: x, y below 2048, p 0 or 1, times in order. */
export interface EcfEvents {
  /** In microseconds, from 0 to 2^53 - 1. */
  readonly t: Float64Array;
  readonly x: Uint16Array;
  readonly y: Uint16Array;
  readonly p: Uint8Array;
}

/** Encodes the first `count` events, 1 to 65,535 of them. */
export function encodeEcf(events: EcfEvents, count: number): Uint8Array {
  const out = new Writer(ECF_HEADER_BYTES + MOST_EVENT_BYTES * count + ECF_EVENT_BYTES);
  const byWords = areRowsRare(events.y, count);
  const byHalves = !byWords && areVectorsRare(events.x, count);
  out.u32(4 * count + (byWords ? XYP_WORDS : 0) + (byHalves ? XP_WORDS : 0));
  writeTimes(out, events.t, count);
  if (byWords) {
    writePackedXyp(out, events, count);
  } else {
    writeRuns(out, events.y, count, 31, (y, run) => {
      out.u16(y * 32 + run);
    });
    if (byHalves) {
      writePackedXp(out, events, count);
    } else {
      writeVectors(out, events.x, count);
      writeRuns(out, events.p, count, 127, (p, run) => {
        out.u8(p * 128 + run);
      });
    }
  }
  return out.bytes();
}

function lookedAt(count: number): number {
  return count < FEW_EVENTS ? count : Math.floor(count / 4 + 0.5);
}

function areRowsRare(y: Uint16Array, count: number): boolean {
  const looked = lookedAt(count);
  let same = 0;
  for (let i = 1; i < looked; i++) if (y[i] === y[i - 1]) same++;
  return same <= Math.floor(looked * MOST_IN_ROWS + 0.5);
}

function areVectorsRare(x: Uint16Array, count: number): boolean {
  const looked = lookedAt(count);
  let inside = 0;
  let start = x[0]!;
  for (let i = 1; i < looked; i++) {
    if (x[i]! > x[i - 1]! && x[i]! <= start + VECTOR) inside++;
    else start = x[i]!;
  }
  return inside <= Math.floor(looked * MOST_IN_VECTORS + 0.5);
}

function writeTimes(out: Writer, t: Float64Array, count: number): void {
  let time = t[0]!;
  out.u32(time % 2 ** 32);
  out.u32(Math.floor(time / 2 ** 32));
  for (let i = 0; i < count;) {
    let step = t[i]! - time;
    if (step >= 15) {
      for (; step > 0; step = Math.floor(step / 16)) out.u8(0xf0 + (step % 16));
    }
    time = t[i]!;
    const run = runAt(t, i, count);
    out.u8(16 * step + Math.min(run, 15));
    if (run >= 15) out.u16(run);
    i += run;
  }
}

/** How many elements from here on are equal. */
function runAt(values: ArrayLike<number>, start: number, end: number): number {
  let at = start + 1;
  while (at < end && values[at] === values[start]) at++;
  return at - start;
}

function writeRuns(
  out: Writer,
  values: ArrayLike<number>,
  count: number,
  most: number,
  write: (value: number, run: number) => void,
): void {
  for (let i = 0; i < count;) {
    const run = runAt(values, i, count);
    write(values[i]!, Math.min(run, most));
    if (run >= most) out.u16(run);
    i += run;
  }
}

/** Groups of four; the last one is filled up with zeros. */
function writePackedXyp(out: Writer, { x, y, p }: EcfEvents, count: number): void {
  const word = (i: number): number => (i < count ? (y[i]! << 12) | (x[i]! << 1) | p[i]! : 0);
  for (let i = 0; i < count; i += 4) {
    const [second, third] = [word(i + 1), word(i + 2)];
    out.u32((word(i) << 8) | (second & 0xff));
    out.u32(((second >>> 8) << 16) | (third & 0xffff));
    out.u32(((third >>> 16) << 24) | word(i + 3));
  }
}

function writePackedXp(out: Writer, { x, p }: EcfEvents, count: number): void {
  const word = (i: number): number => (i < count ? (x[i]! << 1) | p[i]! : 0);
  for (let i = 0; i < count; i += 4) {
    const [second, third] = [word(i + 1), word(i + 2)];
    out.u16((word(i) << 4) | (second & 15));
    out.u16(((second >>> 4) << 8) | (third & 0xff));
    out.u16(((third >>> 8) << 12) | word(i + 3));
  }
}

function writeVectors(out: Writer, x: Uint16Array, count: number): void {
  for (let i = 0; i < count;) {
    const start = x[i++]!;
    let word = start << 5;
    for (let more = 1; more <= VECTOR; more++) {
      if (i < count && x[i] === start + more) {
        word |= 1 << (VECTOR - more);
        i++;
      }
    }
    out.u16(word);
  }
}

/** Bytes, little-endian. */
class Writer {
  readonly #bytes: Uint8Array;
  #length = 0;

  constructor(most: number) {
    this.#bytes = new Uint8Array(most);
  }

  u8(value: number): void {
    this.#bytes[this.#length++] = value;
  }

  u16(value: number): void {
    this.u8(value);
    this.u8(value >>> 8);
  }

  u32(value: number): void {
    this.u16(value);
    this.u16(value >>> 16);
  }

  bytes(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}
