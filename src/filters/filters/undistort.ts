/** Moves events to where they were without a lens's distortion. */
import { sensorName, type SensorGeometry } from '../../events/index.ts';
import { FilterError } from '../errors.ts';
import { defineFilter, type AnyFilterDefinition } from '../event-filter.ts';
import { undistortedPixel, type Lens } from '../lens.ts';
import { requirePixels } from '../pixel-limit.ts';
import type { EventwiseFilter } from '../eventwise-filter.ts';
import { pixelTableFilter } from '../pixel-table-filter.ts';

const MOST = 32_767;

const coefficient = (text: string) => ({ kind: 'number', min: -1e6, max: 1e6, default: 0, text }) as const;
const inPixels = (text: string) => ({ kind: 'number', min: -1e6, max: 1e6, unit: 'pixels', text }) as const;

/** @throws FilterError `WRONG_SENSOR` */
function requireSize(sensor: SensorGeometry, { width, height }: SensorGeometry): SensorGeometry {
  requirePixels('undistort', sensor);
  if (width === sensor.width && height === sensor.height) return sensor;
  throw new FilterError(
    'WRONG_SENSOR',
    'undistort',
    `The calibration is of ${sensorName({ width, height })} pixels, the sensor of ${sensorName(sensor)}.`,
  );
}

function createTable(sensor: SensorGeometry, options: Lens & SensorGeometry): EventwiseFilter {
  const { width, height } = requireSize(sensor, options);
  return pixelTableFilter('undistort', sensor, 'outside-picture', (x, y) => {
    const place = undistortedPixel(options, x, y);
    if (place === null) return -1;
    const [column, row] = place;
    return column >= 0 && column < width && row >= 0 && row < height ? row * width + column : -1;
  });
}

/**
 * Moves each event to the nearest pixel of the picture that a pinhole camera with the same matrix would take; what falls
 * outside the sensor is left out. Several pixels may go to one, and some get none. Times and order do not matter.
 */
export const undistort: AnyFilterDefinition = defineFilter({
  id: 'undistort',
  summary: "takes away a lens's distortion",
  source:
    "OpenCV's undistortPoints (radtan) and fisheye::undistortPoints (equidistant, Kalibr's pinhole-equi)",
  example: 'undistort=file:camera.yaml',
  reasons: ['outside-picture'],
  options: {
    model: {
      kind: 'choice',
      choices: ['radtan', 'equidistant'],
      default: 'radtan',
      text: "OpenCV's usual model, or its fisheye",
    },
    width: { kind: 'integer', min: 1, max: MOST, unit: 'pixels', text: 'of the calibrated sensor' },
    height: { kind: 'integer', min: 1, max: MOST, unit: 'pixels', text: 'of the calibrated sensor' },
    fx: { kind: 'number', min: 1e-3, max: 1e6, unit: 'pixels', text: 'focal length across' },
    fy: { kind: 'number', min: 1e-3, max: 1e6, unit: 'pixels', text: 'focal length down' },
    cx: inPixels('middle, across'),
    cy: inPixels('middle, down'),
    k1: coefficient('radial'),
    k2: coefficient('radial'),
    p1: coefficient('tangential (radtan)'),
    p2: coefficient('tangential (radtan)'),
    k3: coefficient('radial'),
    k4: coefficient('radial (equidistant)'),
  },
  sensorAfter: requireSize,
  create: createTable,
});
