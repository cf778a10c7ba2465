/** Moving the pixels of all frames of a clip alike. */
import type { SensorGeometry } from '../../events/index.ts';
import type { FrameArray, FrameClip } from '../../frames/index.ts';

/** Left empty. */
export const NOWHERE = -1;

/**
 * A clip whose pixel (x, y) holds what was at the place `from(x, y)` of each frame and polarity; {@link NOWHERE}: nothing.
 * Counts are moved, never mixed, so they stay whole numbers.
 */
export function movePixels(
  clip: FrameClip,
  from: (x: number, y: number, size: SensorGeometry) => number,
): FrameClip {
  const { width, height } = clip.geometry;
  const plane = width * height;
  const places = new Int32Array(plane);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) places[i] = from(x, y, clip.geometry);
  const { counts: original } = clip;
  const counts: FrameArray = original.slice();
  for (let at = 0; at < counts.length; at += plane) {
    for (let i = 0; i < plane; i++) {
      const place = places[i]!;
      counts[at + i] = place === NOWHERE ? 0 : original[at + place]!;
    }
  }
  return { ...clip, counts };
}

/** The place of a pixel, {@link NOWHERE} outside. */
export function placeOf(x: number, y: number, { width, height }: SensorGeometry): number {
  return x < 0 || y < 0 || x >= width || y >= height ? NOWHERE : y * width + x;
}
