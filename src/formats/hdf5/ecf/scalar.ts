/** ECF chunks in plain loops, which say what is wrong with them. */
import { ecfDamage as damaged, ECF_EVENT_BYTES, ECF_HEADER_BYTES, XP_WORDS, XYP_WORDS } from './layout.ts';

/** Places of an event's fields among its eight halves: x, y, p, nothing, t in four. */
const HALVES = ECF_EVENT_BYTES / 2;
const Y = 1;
const P = 2;
const T = 4;

/**
 * Times as steps with the number of events that have each, then coordinates and polarities in one of three packings.
 *
 * @param count events that the header states.
 * @param packing the header's bits.
 * @throws CodecError where the chunk is damaged.
 */
export function decodeEcfScalar(chunk: Uint8Array, count: number, packing: number): Uint8Array {
  const events = new Uint16Array(HALVES * count);
  const coordinatesAt = readTimes(chunk, events, count);
  if ((packing & XYP_WORDS) !== 0) {
    readPackedXyp(chunk, coordinatesAt, events, count);
  } else {
    const xAt = readRows(chunk, coordinatesAt, events, count);
    if ((packing & XP_WORDS) !== 0) readPackedXp(chunk, xAt, events, count);
    else readPolarities(chunk, readVectors(chunk, xAt, events, count), events, count);
  }
  return new Uint8Array(events.buffer);
}

/** Returns where what follows begins, as the readers of the other parts do. */
function readTimes(chunk: Uint8Array, events: Uint16Array, count: number): number {
  const words = new Uint32Array(events.buffer);
  const first = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  let low = first.getUint32(4, true);
  let high = first.getUint32(8, true);
  let at = ECF_HEADER_BYTES;
  let word = T / 2;
  for (let left = count; left > 0;) {
    if (at >= chunk.length) throw damaged('ends inside its times');
    const byte = chunk[at++]!;
    if (byte >= 0xf0) {
      // Four bits of a long step, and those above them in the bytes that follow.
      let step = byte & 15;
      let scale = 16;
      for (; chunk[at]! >= 0xf0; at++, scale *= 16) {
        if (scale > 2 ** 60) throw damaged('has a step of time that is too long');
        step += (chunk[at]! & 15) * scale;
      }
      const sum = low + (step % 2 ** 32);
      high = (high + Math.floor(step / 2 ** 32) + (sum >= 2 ** 32 ? 1 : 0)) >>> 0;
      low = sum >>> 0;
      continue;
    }
    const before = low;
    low = (low + (byte >>> 4)) >>> 0;
    if (low < before) high = (high + 1) >>> 0;
    let run = byte & 15;
    if (run === 15) {
      run = (chunk[at] ?? 0) | ((chunk[at + 1] ?? 0) << 8);
      at += 2;
    }
    if (run > left) throw damaged('has more times than events');
    left -= run;
    for (; run > 0; run--, word += HALVES / 2) {
      words[word] = low;
      words[word + 1] = high;
    }
  }
  return at;
}

function readPackedXyp(chunk: Uint8Array, start: number, events: Uint16Array, count: number): void {
  if (start + 12 * Math.ceil(count / 4) > chunk.length) {
    // The last group may be short: what it lacks is nothing.
    const whole = new Uint8Array(start + 12 * Math.ceil(count / 4));
    if (chunk.length < start + 3 * count) throw damaged('ends inside its coordinates');
    whole.set(chunk);
    readPackedXyp(whole, start, events, count);
    return;
  }
  const end = HALVES * count;
  for (let at = start, to = 0; to < end; at += 12) {
    const b0 = chunk[at + 1]! | (chunk[at + 2]! << 8) | (chunk[at + 3]! << 16);
    const b1 = chunk[at]! | (chunk[at + 6]! << 8) | (chunk[at + 7]! << 16);
    const b2 = chunk[at + 4]! | (chunk[at + 5]! << 8) | (chunk[at + 11]! << 16);
    const b3 = chunk[at + 8]! | (chunk[at + 9]! << 8) | (chunk[at + 10]! << 16);
    to = putXyp(events, to, b0);
    if (to < end) to = putXyp(events, to, b1);
    if (to < end) to = putXyp(events, to, b2);
    if (to < end) to = putXyp(events, to, b3);
  }
}

function putXyp(events: Uint16Array, to: number, word: number): number {
  events[to] = (word >>> 1) & 0x7ff;
  events[to + Y] = (word >>> 12) & 0x7ff;
  events[to + P] = word & 1;
  return to + HALVES;
}

/** Runs of one y each. */
function readRows(chunk: Uint8Array, start: number, events: Uint16Array, count: number): number {
  let at = start;
  let to = Y;
  for (let left = count; left > 0;) {
    if (at + 2 > chunk.length) throw damaged('ends inside its rows');
    const word = chunk[at]! | (chunk[at + 1]! << 8);
    at += 2;
    let run = word & 31;
    if (run === 31) {
      run = (chunk[at] ?? 0) | ((chunk[at + 1] ?? 0) << 8);
      at += 2;
    }
    if (run === 0 || run > left) throw damaged('has a run of rows that is none');
    left -= run;
    for (const y = word >>> 5; run > 0; run--, to += HALVES) events[to] = y;
  }
  return at;
}

function readPackedXp(chunk: Uint8Array, start: number, events: Uint16Array, count: number): void {
  const most = start + 6 * Math.ceil(count / 4);
  if (most > chunk.length) {
    const whole = new Uint8Array(most);
    if (chunk.length < start + Math.ceil(1.5 * count)) throw damaged('ends inside its columns');
    whole.set(chunk);
    readPackedXp(whole, start, events, count);
    return;
  }
  const end = HALVES * count;
  for (let at = start, to = 0; to < end; at += 6) {
    const a = chunk[at]! | (chunk[at + 1]! << 8);
    const b = chunk[at + 2]! | (chunk[at + 3]! << 8);
    const c = chunk[at + 4]! | (chunk[at + 5]! << 8);
    to = putXp(events, to, a >>> 4);
    if (to < end) to = putXp(events, to, (a & 15) | ((b >>> 8) << 4));
    if (to < end) to = putXp(events, to, (b & 0xff) | ((c >>> 12) << 8));
    if (to < end) to = putXp(events, to, c & 0xfff);
  }
}

function putXp(events: Uint16Array, to: number, word: number): number {
  events[to] = word >>> 1;
  events[to + P] = word & 1;
  return to + HALVES;
}

/** An x with a mask of the five behind it. */
function readVectors(chunk: Uint8Array, start: number, events: Uint16Array, count: number): number {
  const end = HALVES * count;
  let at = start;
  for (let to = 0; to < end; at += 2) {
    if (at + 2 > chunk.length) throw damaged('ends inside its columns');
    const word = chunk[at]! | (chunk[at + 1]! << 8);
    const x = word >>> 5;
    events[to] = x;
    to += HALVES;
    for (let bit = 16, more = 1; bit > 0; bit >>>= 1, more++) {
      // What the encoder saw behind the last event is none.
      if ((word & bit) === 0 || to >= end) continue;
      events[to] = x + more;
      to += HALVES;
    }
  }
  return at;
}

function readPolarities(chunk: Uint8Array, start: number, events: Uint16Array, count: number): void {
  let at = start;
  let to = P;
  for (let left = count; left > 0;) {
    if (at >= chunk.length) throw damaged('ends inside its polarities');
    const byte = chunk[at++]!;
    let run = byte & 127;
    if (run === 127) {
      run = (chunk[at] ?? 0) | ((chunk[at + 1] ?? 0) << 8);
      at += 2;
    }
    if (run === 0 || run > left) throw damaged('has a run of polarities that is none');
    left -= run;
    for (const p = byte >>> 7; run > 0; run--, to += HALVES) events[to] = p;
  }
}
