/** Accumulates events for dashboards, independently of the model's windows. */
import type { EventBatch, SensorGeometry } from '../events/index.ts';
import { MAX_SENSOR_PIXELS, type DisplayFrame } from './protocol/index.ts';

/** Counts per pixel since the last frame was taken. Frames are as large as the sensor that events are of. */
export class DisplayAccumulator {
  #geometry: SensorGeometry;
  #on: Uint8Array;
  #off: Uint8Array;
  #tMicros = 0;
  #events = 0;

  /** @param geometry of batches that state none. */
  constructor(geometry: SensorGeometry) {
    this.#geometry = geometry;
    this.#on = planeOf(geometry);
    this.#off = planeOf(geometry);
  }

  push({ t, x, y, p, length, geometry }: EventBatch): void {
    if (geometry !== null) this.#resize(geometry);
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

  /** Another sensor: what was not shown of the one before is not shown. One that is too large is shown in part. */
  #resize(geometry: SensorGeometry): void {
    if (geometry.width === this.#geometry.width && geometry.height === this.#geometry.height) return;
    if (geometry.width * geometry.height > MAX_SENSOR_PIXELS) return;
    this.#geometry = geometry;
    this.#on = planeOf(geometry);
    this.#off = planeOf(geometry);
    this.#events = 0;
  }
}

function planeOf({ width, height }: SensorGeometry): Uint8Array {
  return new Uint8Array(width * height);
}
