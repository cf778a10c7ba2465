/** Keeps the pixels of a mask. */
import { sensorName, type SensorGeometry } from '../../events/index.ts';
import { FilterError } from '../errors.ts';
import { defineFilter, type AnyFilterDefinition } from '../event-filter.ts';
import { requirePixels } from '../pixel-limit.ts';
import type { EventwiseFilter } from '../eventwise-filter.ts';
import { pixelTableFilter } from '../pixel-table-filter.ts';

const MOST = 32_767;

/** The bits of a mask, row by row from the upper left corner, eight to a byte, the first one the highest. */
function bitsOf(pixels: string): Uint8Array {
  return Uint8Array.from(atob(pixels), (character) => character.charCodeAt(0));
}

/**
 * The `pixels` of the filter `mask`: base64 of a bit for each pixel, row by row, eight to a byte, the first the highest.
 *
 * @param keeps whether a pixel's events are kept; one entry a pixel, row by row.
 *
 * @example
 * ```ts
 * import { maskPixels } from 'saccade';
 * console.log(maskPixels([1, 0, 0, 0])); // 'gA=='
 * ```
 */
export function maskPixels(keeps: ArrayLike<number | boolean>): string {
  const bytes = new Uint8Array(Math.ceil(keeps.length / 8));
  for (let i = 0; i < keeps.length; i++) if (keeps[i]) bytes[i >> 3]! |= 0x80 >> (i & 7);
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

/** @throws FilterError `WRONG_SENSOR` */
function requireSize(sensor: SensorGeometry, { width, height }: SensorGeometry): SensorGeometry {
  requirePixels('mask', sensor);
  if (width === sensor.width && height === sensor.height) return sensor;
  throw new FilterError(
    'WRONG_SENSOR',
    'mask',
    `The mask is of ${sensorName({ width, height })} pixels, the sensor of ${sensorName(sensor)}.`,
  );
}

function createMask(
  sensor: SensorGeometry,
  { width, height, pixels }: { readonly width: number; readonly height: number; readonly pixels: string },
): EventwiseFilter {
  requireSize(sensor, { width, height });
  const bits = bitsOf(pixels);
  return pixelTableFilter('mask', sensor, 'masked', (x, y) => {
    const at = y * width + x;
    return bits[at >> 3]! & (0x80 >> (at & 7)) ? at : -1;
  });
}

/** Keeps the events of the pixels that are set in a picture as large as the sensor. Times and order do not matter. */
export const mask: AnyFilterDefinition = defineFilter({
  id: 'mask',
  summary: 'keeps the pixels of a mask',
  source: "dv's EventMaskFilter, OpenEB's RoiMaskAlgorithm, Tonic's DropPixel",
  example: 'mask=file:mask.pbm',
  reasons: ['masked'],
  options: {
    width: { kind: 'integer', min: 1, max: MOST, unit: 'pixels', text: 'of the mask' },
    height: { kind: 'integer', min: 1, max: MOST, unit: 'pixels', text: 'of the mask' },
    pixels: {
      kind: 'text',
      pattern: /^[A-Za-z0-9+/]*={0,2}$/,
      text: 'base64 of a bit for each pixel, row by row: 1 keeps its events',
    },
  },
  check: ({ width, height, pixels }) => {
    const bytes = Math.ceil((width * height) / 8);
    if (pixels.length % 4 !== 0) return 'pixels is no base64';
    const stated = (pixels.length / 4) * 3 - (pixels.match(/=+$/)?.[0].length ?? 0);
    return stated === bytes
      ? null
      : `pixels has ${stated} bytes, and ${width}x${height} pixels have ${bytes}`;
  },
  sensorAfter: requireSize,
  create: createMask,
});
