/** Events turned into words of the RAW encodings: what the plain loops and the kernel share. */
import type { EventBatch, SensorGeometry } from '../../events/index.ts';
import { encodableSensor } from '../push-encoder.ts';
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
  /** Events at or beyond these are refused: readers leave them out, or stop. */
  readonly width: number;
  readonly height: number;
}

/** What a state is before the first event on a sensor of this size. */
export function startRawEncode(geometry: SensorGeometry | null = null): RawEncodeState {
  const sensor = encodableSensor(geometry, RAW_COORDINATES, RAW_COORDINATES);
  return { last: 0, micros: -1, high: -1, row: -1, ...sensor };
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

  /** Appends a little-endian word. */
  put16(word: number): void {
    this.reserve(2);
    this.view.setUint16(this.length, word, true);
    this.length += 2;
  }

  /** Appends a little-endian word. */
  put32(word: number): void {
    this.reserve(4);
    this.view.setInt32(this.length, word, true);
    this.length += 4;
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

/**
 * Writes the TIME_HIGH words that a time wants in front of it and that {@link EncodeRaw} does not write, or none: called
 * before the first event of all, and where encoding stopped at an event that words can hold.
 */
export type LeadRaw = (state: RawEncodeState, time: number, output: WordOutput) => void;

/** Whether words can hold an event behind one of time `last`. */
export function canHold(
  { t, x, y }: EventBatch,
  i: number,
  last: number,
  { width, height }: RawEncodeState,
): boolean {
  const time = t[i]!;
  return time >= last && time < RAW_TIME_RANGE && x[i]! < width && y[i]! < height;
}
