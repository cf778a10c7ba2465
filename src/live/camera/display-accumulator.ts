/** Accumulates events for dashboards, independently of the model's windows. */
import type { EventBatch, SensorGeometry } from '../../events/index.ts';
import type { DisplayFrame } from '../protocol/index.ts';

/** Most pixels of a picture for people: 320x180 of a sensor of 1280x720. */
export const MAX_DISPLAY_PIXELS: number = 2 ** 16;
/** Nobody watches where no frame was taken for so long. */
const UNWATCHED_MS = 1000;

/**
 * Counts per pixel since the last frame was taken; nothing where nobody takes any. Another sensor begins another picture. A sensor of more than
 * `maxPixels` is shown smaller: squares of its pixels are one of the picture.
 */
export class DisplayAccumulator {
  readonly #maxPixels: number;
  #sensor: SensorGeometry = { width: 0, height: 0 };
  #geometry: SensorGeometry = { width: 0, height: 0 };
  /** Of a pixel's place in the picture: that of its column plus that of its row. */
  #columns = new Uint32Array(0);
  #rows = new Uint32Array(0);
  #on = new Uint8Array(0);
  #off = new Uint8Array(0);
  #tMicros = 0;
  #events = 0;
  #takenAt = performance.now();

  constructor(maxPixels: number = MAX_DISPLAY_PIXELS) {
    this.#maxPixels = maxPixels;
  }

  push({ t, x, y, p, length }: EventBatch, sensor: SensorGeometry): void {
    // A quarter of what a batch costs the server.
    if (!this.#isWatched) return;
    const { width, height } = sensor;
    if (width !== this.#sensor.width || height !== this.#sensor.height) this.#show(sensor);
    const [columns, rows] = [this.#columns, this.#rows];
    for (let i = 0; i < length; i++) {
      if (x[i]! >= width || y[i]! >= height) continue;
      const plane = p[i] === 1 ? this.#on : this.#off;
      const at = columns[x[i]!]! + rows[y[i]!]!;
      if (plane[at]! < 255) plane[at]!++;
    }
    this.#tMicros = t[length - 1] ?? this.#tMicros;
    this.#events += length;
  }

  /** The frame since the last call, `null` if nothing happened. */
  take(): Omit<DisplayFrame, 'camera'> | null {
    // Older events are no part of what somebody begins to watch.
    if (!this.#isWatched) this.#begin();
    this.#takenAt = performance.now();
    if (this.#events === 0) return null;
    const frame = {
      geometry: this.#geometry,
      sensor: this.#sensor,
      on: this.#on,
      off: this.#off,
      tMicros: this.#tMicros,
    };
    this.#begin();
    return frame;
  }

  get #isWatched(): boolean {
    return performance.now() - this.#takenAt < UNWATCHED_MS;
  }

  #show(sensor: SensorGeometry): void {
    const { width, height } = sensor;
    let square = 1;
    while (Math.ceil(width / square) * Math.ceil(height / square) > this.#maxPixels) square++;
    const across = Math.ceil(width / square);
    this.#sensor = sensor;
    this.#geometry = { width: across, height: Math.ceil(height / square) };
    this.#columns = Uint32Array.from({ length: width }, (_, x) => Math.floor(x / square));
    this.#rows = Uint32Array.from({ length: height }, (_, y) => Math.floor(y / square) * across);
    this.#begin();
  }

  #begin(): void {
    const { width, height } = this.#geometry;
    this.#on = new Uint8Array(width * height);
    this.#off = new Uint8Array(width * height);
    this.#events = 0;
  }
}
