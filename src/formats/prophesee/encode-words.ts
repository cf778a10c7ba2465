/** Events turned into words of the RAW encodings: what the plain loops and the kernel share. */
import type { EventBatch } from '../../events/index.ts';
import { takeBytes } from '../recycle-bytes.ts';

/** Coordinates have 11 bits. */
export const RAW_COORDINATES = 2048;
/** Times of a file are below this, 4.8 hours: the range of EVT2's clock. */
export const RAW_TIME_RANGE: number = 2 ** 34;

/** What words set and later words need not set again. */
export interface RawEncodeState {
  /** Time of the last event, 0 before the first. */
  last: number;
  /** The clock as EVT3 words left it, -1 before the first. */
  micros: number;
  /** TIME_HIGH, with its wraps in EVT3, -1 before the first. */
  high: number;
  row: number;
}

/** What a state is before the first event. */
export function startRawEncode(): RawEncodeState {
  return { last: 0, micros: -1, high: -1, row: -1 };
}

/** Words on their way out: written where memory is warm, and copied once. */
export class WordOutput {
  #bytes = new Uint8Array(0);
  view: DataView = new DataView(this.#bytes.buffer);
  /** Bytes written. */
  length = 0;

  /** Makes room for so many more bytes. */
  reserve(more: number): void {
    if (this.length + more <= this.#bytes.length) return;
    const room = new Uint8Array(Math.max(this.length + more, 2 * this.#bytes.length));
    room.set(this.#bytes.subarray(0, this.length));
    this.#bytes = room;
    this.view = new DataView(room.buffer);
  }

  append(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** All bytes so far; begins anew. */
  take(): Uint8Array {
    const bytes = takeBytes(this.length);
    bytes.set(this.#bytes.subarray(0, this.length));
    this.length = 0;
    return bytes;
  }
}

/**
 * Encodes events from `from` on; stops before one that the encoding cannot hold, or that words must lead up to.
 *
 * @returns the first event that was not encoded.
 */
export type EncodeRaw = (
  state: RawEncodeState,
  batch: EventBatch,
  from: number,
  output: WordOutput,
) => number;

/** Whether words can hold an event behind one of time `last`. */
export function canHold({ t, x, y }: EventBatch, i: number, last: number): boolean {
  const time = t[i]!;
  return time >= last && time < RAW_TIME_RANGE && x[i]! < RAW_COORDINATES && y[i]! < RAW_COORDINATES;
}
