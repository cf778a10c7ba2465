/** Keeps a rectangle. */
import { sensorName, type SensorGeometry } from '../../events/index.ts';
import { axisFilter, type AxisPlaces } from '../axis-filter.ts';
import { FilterError } from '../errors.ts';
import { defineFilter, type AnyFilterDefinition } from '../event-filter.ts';

const MOST = 65_535;

interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly shift: boolean;
}

function sensorOf(sensor: SensorGeometry, { x, y, width, height, shift }: Rectangle): SensorGeometry {
  if (x + width > sensor.width || y + height > sensor.height) {
    throw new FilterError(
      'WRONG_SENSOR',
      'region',
      `The region of ${width}x${height} pixels at ${x},${y} does not lie on the sensor of ${sensorName(sensor)}.`,
    );
  }
  return shift ? { width, height } : sensor;
}

function axis(first: number, length: number, shift: boolean): AxisPlaces {
  return { first, last: first + length - 1, reversed: false, by: shift ? -first : 0 };
}

/** Keeps the events of a rectangle, whose corner becomes the origin and whose size the sensor's, unless `shift` is false. Times and order do not matter. */
export const region: AnyFilterDefinition = defineFilter({
  id: 'region',
  summary: 'keeps a rectangle, which becomes the sensor',
  source: "OpenEB's RoiFilterAlgorithm, dv's EventRegionFilter, Tonic's crops",
  example: 'region=x:8,y:8,width:16,height:16',
  reasons: ['outside-region'],
  options: {
    x: { kind: 'integer', min: 0, max: MOST, unit: 'pixels', default: 0, text: 'left border' },
    y: { kind: 'integer', min: 0, max: MOST, unit: 'pixels', default: 0, text: 'upper border' },
    width: { kind: 'integer', min: 1, max: MOST + 1, unit: 'pixels', text: 'of the rectangle' },
    height: { kind: 'integer', min: 1, max: MOST + 1, unit: 'pixels', text: 'of the rectangle' },
    shift: { kind: 'flag', default: true, text: 'false: coordinates and sensor stay as they are' },
  },
  sensorAfter: sensorOf,
  create: (sensor, options) =>
    axisFilter(
      'region',
      {
        from: sensor,
        to: sensorOf(sensor, options),
        columns: axis(options.x, options.width, options.shift),
        rows: axis(options.y, options.height, options.shift),
        swapAxes: false,
      },
      'outside-region',
    ),
});
