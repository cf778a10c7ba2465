/** Display frames made small, for walls of many cameras. */
import type { SensorGeometry } from '../../events/index.ts';
import type { DisplayFrame } from '../protocol/index.ts';

/** Longer side of a small picture, at most. */
export const THUMBNAIL_SIDE = 64;

const NOTHING: SensorGeometry = { width: 0, height: 0 };

/**
 * Push class: display frames in, one small picture of all of them out. Squares of pixels are one; what is counted beyond
 * 255 is cut.
 */
export class Thumbnail {
  /** The newest frame: its camera, sensor and time. */
  #frame: DisplayFrame | null = null;
  #source = NOTHING;
  #geometry = NOTHING;
  #square = 1;
  #on = new Uint8Array(0);
  #off = new Uint8Array(0);

  push(frame: DisplayFrame): void {
    const { width, height } = frame.geometry;
    if (this.#frame === null || width !== this.#source.width || height !== this.#source.height)
      this.#begin(frame.geometry);
    this.#frame = frame;
    this.#add(frame.on, this.#on);
    this.#add(frame.off, this.#off);
  }

  /** The picture since the last call, `null` if nothing happened. */
  take(): DisplayFrame | null {
    const frame = this.#frame;
    if (frame === null) return null;
    this.#frame = null;
    return { ...frame, geometry: this.#geometry, on: this.#on, off: this.#off };
  }

  #begin(source: SensorGeometry): void {
    this.#source = source;
    this.#square = Math.ceil(Math.max(source.width, source.height) / THUMBNAIL_SIDE);
    const [width, height] = [source.width, source.height].map((side) => Math.ceil(side / this.#square));
    this.#geometry = { width: width!, height: height! };
    this.#on = new Uint8Array(width! * height!);
    this.#off = new Uint8Array(width! * height!);
  }

  #add(plane: Uint8Array, sums: Uint8Array): void {
    const square = this.#square;
    const { width } = this.#geometry;
    const across = this.#source.width;
    for (let at = 0, y = 0; at < plane.length; y++) {
      const row = Math.floor(y / square) * width;
      // Most of a plane is empty.
      for (const end = at + across, start = at; at < end; at++) {
        const count = plane[at]!;
        if (count === 0) continue;
        const to = row + Math.floor((at - start) / square);
        sums[to] = Math.min(255, sums[to]! + count);
      }
    }
  }
}
