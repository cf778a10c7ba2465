/** Exchanges columns and rows. */
import type { SensorGeometry } from '../../events/index.ts';
import { axisFilter, places } from '../axis-filter.ts';
import { defineFilter, type AnyFilterDefinition } from '../event-filter.ts';

const turned = ({ width, height }: SensorGeometry): SensorGeometry => ({ width: height, height: width });

/** x becomes y and y becomes x; the sensor is as wide as it was high. Times and order do not matter. */
export const transpose: AnyFilterDefinition = defineFilter({
  id: 'transpose',
  summary: 'exchanges columns and rows',
  source: "OpenEB's TransposeEventsAlgorithm",
  example: 'transpose',
  reasons: [],
  options: {},
  sensorAfter: turned,
  create: (sensor) =>
    axisFilter(
      'transpose',
      {
        from: sensor,
        to: turned(sensor),
        columns: places(sensor.width),
        rows: places(sensor.height),
        swapAxes: true,
      },
      'transpose',
    ),
});
