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

/** Longest stretch between two frames that counts as one frame's. */
const LONGEST_FRAME_MS = 100;
/** How fast the memory of the busiest frame fades, a frame. */
const PEAK_MEMORY = 0.98;
/** The picture of a silent camera stays as it was for this long, … */
const HOLD_MS = 300;
/** … then fades over this, … */
const DIM_OVER_MS = 1500;
/** … down to this share, which stays: what was seen last is better than nothing. */
const DIMMEST = 0.35;

/**
 * See the file comment. A pixel's age is measured by a clock that runs as fast as there are events: between the
 * strokes of a moving thing, and after the last one, the picture stays instead of being wiped.
 */
export class EventImage {
  width = 0;
  height = 0;
  #firedAt = new Float64Array(0);
  #polarity = new Uint8Array(0);
  #clock = 0;
  /** Of the clock, 0 to 1. */
  #speed = 1;
  #pushedAt = -Infinity;
  #busiest = 0;
  #isOfClipBefore = false;

  /** The next frame begins a new picture; the one before stays until it comes. */
  beginClip(): void {
    this.#isOfClipBefore = true;
  }

  /** Nothing of what was seen is shown any more. */
  clear(): void {
    this.#firedAt.fill(-Infinity);
    this.#isOfClipBefore = true;
  }

  /** @param now milliseconds, the clock that {@link EventImage.paint} is given. */
  push({ geometry, on, off }: DisplayFrame, now: number): void {
    const isOfAnotherSize = geometry.width !== this.width || geometry.height !== this.height;
    if (isOfAnotherSize || this.#isOfClipBefore) {
      this.width = geometry.width;
      this.height = geometry.height;
      this.#firedAt = new Float64Array(on.length).fill(-Infinity);
      this.#polarity = new Uint8Array(on.length);
      this.#isOfClipBefore = false;
    }
    let lit = 0;
    for (let i = 0; i < on.length; i++) if (on[i]! + off[i]! > 0) lit++;
    this.#busiest = Math.max(lit, this.#busiest * PEAK_MEMORY);
    this.#speed = Math.min(1, (2 * lit) / Math.max(1, this.#busiest));
    this.#clock += this.#speed * Math.min(LONGEST_FRAME_MS, now - this.#pushedAt);
    this.#pushedAt = now;
    for (let i = 0; i < on.length; i++) {
      if (on[i]! + off[i]! === 0) continue;
      this.#firedAt[i] = this.#clock;
      this.#polarity[i] = on[i]! >= off[i]! ? 1 : 0;
    }
  }

  /** Paints RGBA pixels (little endian words) with a linear fade over `decayMs`. */
  paint(pixels: Uint32Array, now: number, decayMs: number, { background, on, off }: Palette): void {
    const silence = Math.max(0, now - this.#pushedAt - HOLD_MS);
    const brightness = Math.max(DIMMEST, 1 - ((1 - DIMMEST) * silence) / DIM_OVER_MS);
    for (let i = 0; i < pixels.length; i++) {
      const strength = brightness * Math.max(0, 1 - (this.#clock - this.#firedAt[i]!) / decayMs);
      const colour = this.#polarity[i] === 1 ? on : off;
      const mix = (channel: 0 | 1 | 2): number =>
        Math.round(background[channel] + strength * (colour[channel] - background[channel]));
      pixels[i] = (0xff << 24) | (mix(2) << 16) | (mix(1) << 8) | mix(0);
    }
  }
}
