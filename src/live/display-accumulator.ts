/** Accumulates events for dashboards, independently of the model's windows. */
import type { EventBatch, SensorGeometry } from '../events/index.ts';
import { MAX_SENSOR_PIXELS, type DisplayFrame } from './protocol/index.ts';

/**
 * Counts per pixel since the last frame was taken. Another sensor begins another picture; one of more than
 * {@link MAX_SENSOR_PIXELS} is not shown.
 */
export class DisplayAccumulator {
  #geometry: SensorGeometry = { width: 0, height: 0 };
  #on = new Uint8Array(0);
  #off = new Uint8Array(0);
  #tMicros = 0;
  #events = 0;

  push({ t, x, y, p, length }: EventBatch, sensor: SensorGeometry): void {
    const { width, height } = sensor;
    if (width * height > MAX_SENSOR_PIXELS) return;
    if (width !== this.#geometry.width || height !== this.#geometry.height) this.#begin(sensor);
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
  take(): Omit<DisplayFrame, 'camera'> | null {
    if (this.#events === 0) return null;
    const frame = { geometry: this.#geometry, on: this.#on, off: this.#off, tMicros: this.#tMicros };
    this.#begin(this.#geometry);
    return frame;
  }

  #begin(sensor: SensorGeometry): void {
    this.#geometry = sensor;
    this.#on = new Uint8Array(sensor.width * sensor.height);
    this.#off = new Uint8Array(sensor.width * sensor.height);
    this.#events = 0;
  }
}
