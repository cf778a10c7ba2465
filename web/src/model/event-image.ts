/** The picture of the events: every pixel remembers when it last fired and fades. */
import type { DisplayFrame } from '../../../src/live/client.ts';

/** Red, green, blue, 0 to 255. */
export type Rgb = readonly [number, number, number];

/** Colours of a picture. */
export interface Palette {
  readonly background: Rgb;
  readonly on: Rgb;
  readonly off: Rgb;
}

/** See the file comment. */
export class EventImage {
  width = 0;
  height = 0;
  #firedAt = new Float64Array(0);
  #polarity = new Uint8Array(0);

  /** @param now milliseconds, the clock that {@link EventImage.paint} is given. */
  push({ geometry, on, off }: DisplayFrame, now: number): void {
    if (geometry.width !== this.width || geometry.height !== this.height) {
      this.width = geometry.width;
      this.height = geometry.height;
      this.#firedAt = new Float64Array(geometry.width * geometry.height).fill(-Infinity);
      this.#polarity = new Uint8Array(geometry.width * geometry.height);
    }
    for (let i = 0; i < on.length; i++) {
      if (on[i]! + off[i]! === 0) continue;
      this.#firedAt[i] = now;
      this.#polarity[i] = on[i]! >= off[i]! ? 1 : 0;
    }
  }

  /** Paints RGBA pixels (little endian words) with a linear fade over `decayMs`. */
  paint(pixels: Uint32Array, now: number, decayMs: number, { background, on, off }: Palette): void {
    for (let i = 0; i < pixels.length; i++) {
      const strength = Math.max(0, 1 - (now - this.#firedAt[i]!) / decayMs);
      const colour = this.#polarity[i] === 1 ? on : off;
      const mix = (channel: 0 | 1 | 2): number =>
        Math.round(background[channel] + strength * (colour[channel] - background[channel]));
      pixels[i] = (0xff << 24) | (mix(2) << 16) | (mix(1) << 8) | mix(0);
    }
  }
}
