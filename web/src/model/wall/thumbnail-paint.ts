/** Small pictures in colours. */
import type { DisplayFrame } from '../../../../src/live/client.ts';
import type { Palette, Rgb } from '../event-image.ts';

/** A pixel with one event has this share of its colour, … */
const FAINTEST = 0.4;
/** … one with so many, or more, all of it. */
const FULL_COUNT = 16;

/** For each count of events the colour of a pixel, as RGBA in a little endian word. */
export interface Shades {
  readonly on: Uint32Array;
  readonly off: Uint32Array;
}

/** Each doubling of a pixel's events is one step brighter. */
export function shadesOf({ background, on, off }: Palette): Shades {
  return { on: shades(background, on), off: shades(background, off) };
}

/** Paints a picture: a pixel has the colour of the polarity that it has more of. */
export function paintThumbnail(pixels: Uint32Array, { on, off }: DisplayFrame, shadesOn: Shades): void {
  for (let i = 0; i < pixels.length; i++) {
    const [ons, offs] = [on[i]!, off[i]!];
    pixels[i] = ons >= offs ? shadesOn.on[ons]! : shadesOn.off[offs]!;
  }
}

function shades(background: Rgb, colour: Rgb): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, count) => {
    const strength =
      count === 0 ? 0 : Math.min(1, FAINTEST + ((1 - FAINTEST) * Math.log2(count)) / Math.log2(FULL_COUNT));
    const [red, green, blue] = background.map((from, channel) =>
      Math.round(from + strength * (colour[channel]! - from)),
    );
    return (0xff << 24) | (blue! << 16) | (green! << 8) | red!;
  });
}
