/** Accumulates events for dashboards, independently of the model's windows. */
import type { EventBatch, SensorGeometry } from '../events/index.ts';
import type { DisplayFrame } from './protocol/index.ts';

/** Counts per pixel since the last frame was taken. */
export class DisplayAccumulator {
  readonly #geometry: SensorGeometry;
  #on: Uint8Array;
  #off: Uint8Array;
  #tMicros = 0;
  #events = 0;

  constructor(geometry: SensorGeometry) {
    this.#geometry = geometry;
    this.#on = new Uint8Array(geometry.width * geometry.height);
    this.#off = new Uint8Array(geometry.width * geometry.height);
  }

  push({ t, x, y, p, length }: EventBatch): void {
    const { width, height } = this.#geometry;
    for (let i = 0; i < length; i++) {
      if (x[i]! >= width || y[i]! >= height) continue;
      const plane = p[i] === 1 ? this.#on : this.#off;
      const at = y[i]! * width + x[i]!;
      if (plane[at]! < 255) plane[at]!++;
    }
    this.#tMicros = t[length - 1] ?? this.#tMicros;
    this.#events += length;
  }

  /** The frame since the last call, `null` if nothing happened. */
  take(): DisplayFrame | null {
    if (this.#events === 0) return null;
    const frame = { geometry: this.#geometry, on: this.#on, off: this.#off, tMicros: this.#tMicros };
    this.#on = new Uint8Array(this.#on.length);
    this.#off = new Uint8Array(this.#off.length);
    this.#events = 0;
    return frame;
  }
}
