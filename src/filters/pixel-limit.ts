import { sensorName, type SensorGeometry } from '../events/index.ts';
import { FilterError } from './errors.ts';

/** Pixels for which a filter keeps something, at most: four times a sensor of 4 megapixels. */
const MAX_PIXELS: number = 2 ** 24;

/** @throws FilterError `WRONG_SENSOR` for a sensor with more pixels than a filter keeps something for. */
export function requirePixels(filter: string, sensor: SensorGeometry): void {
  if (sensor.width * sensor.height <= MAX_PIXELS) return;
  throw new FilterError(
    'WRONG_SENSOR',
    filter,
    `Filter ${filter} keeps something for every pixel, of ${MAX_PIXELS} at most; a sensor of ${sensorName(sensor)} has more. Is the size right (--geometry WxH)?`,
  );
}
