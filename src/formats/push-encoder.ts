/** What encoders share: the header in front of the first bytes, the place of an event that cannot be written. */
import type { EventBatch, SensorGeometry } from '../events/index.ts';
import { EventFormatError } from './errors.ts';
import type { EncoderOptions, EventEncoder } from './event-format.ts';
import { joinBytes } from './bytes.ts';

/** Where events may lie: on the sensor, as far as coordinates of so many values go; those alone where none is stated. */
export function encodableSensor(
  geometry: SensorGeometry | null,
  columns: number,
  rows: number,
): SensorGeometry {
  const { width, height } = geometry ?? { width: columns, height: rows };
  return { width: Math.min(width, columns), height: Math.min(height, rows) };
}

/** Base of encoders whose output is a header and then the events. */
export abstract class PushEncoder implements EventEncoder {
  readonly #name: string;
  readonly #geometryOption: SensorGeometry | undefined;
  #started = false;
  #offset = 0;
  #events = 0;
  readonly #notes = new Set<string>();

  /** @param name the format's name, for messages. */
  constructor(name: string, { geometry }: EncoderOptions) {
    this.#name = name;
    this.#geometryOption = geometry;
  }

  get notes(): readonly string[] {
    return [...this.#notes];
  }

  push(batch: EventBatch): Uint8Array {
    if (batch.length === 0) return new Uint8Array(0);
    const header = this.#start(batch.geometry);
    const body = this.encode(batch);
    this.#offset += body.length;
    this.#events += batch.length;
    return joinBytes([header, body]);
  }

  finish(): Uint8Array {
    return joinBytes([this.#start(null), this.end()]);
  }

  /** The bytes in front of everything. */
  protected abstract header(geometry: SensorGeometry | null): Uint8Array;

  /** The bytes of a batch that has events. */
  protected abstract encode(batch: EventBatch): Uint8Array;

  /** What comes after the last event. */
  protected end(): Uint8Array {
    return new Uint8Array(0);
  }

  /** Says once what a reader will not make of the output. */
  protected note(text: string): void {
    this.#notes.add(text);
  }

  /** The fault names the event by its number, counted from 0. @param at bytes of this batch so far. */
  protected unencodable(batch: EventBatch, index: number, at: number, limits: string): EventFormatError {
    return new EventFormatError(
      'UNENCODABLE_EVENT',
      this.#offset + at,
      `${this.#name} cannot hold event ${this.#events + index} (t ${batch.t[index]}, x ${batch.x[index]}, y ${batch.y[index]}): ${limits}.`,
    );
  }

  #start(geometry: SensorGeometry | null): Uint8Array {
    if (this.#started) return new Uint8Array(0);
    this.#started = true;
    const header = this.header(this.#geometryOption ?? geometry);
    this.#offset = header.length;
    return header;
  }
}
