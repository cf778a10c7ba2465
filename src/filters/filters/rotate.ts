/** Turns the picture by right angles. */
import type { SensorGeometry } from '../../events/index.ts';
import { axisFilter, places } from '../axis-filter.ts';
import { defineFilter, type AnyFilterDefinition } from '../event-filter.ts';

type Degrees = '90' | '180' | '270';

const turned = (
  { width, height }: SensorGeometry,
  { degrees }: { readonly degrees: Degrees },
): SensorGeometry => (degrees === '180' ? { width, height } : { width: height, height: width });

/**
 * Turns clockwise, as one sees the picture: by 90 degrees (x, y) becomes (H - 1 - y, x). Other angles have no whole pixels
 * and are no filter. Times and order do not matter.
 */
export const rotate: AnyFilterDefinition = defineFilter({
  id: 'rotate',
  summary: 'turns the picture clockwise by right angles',
  source: "OpenEB's RotateEventsAlgorithm, for the angles that move pixels onto pixels",
  example: 'rotate=degrees:90',
  reasons: [],
  options: {
    degrees: { kind: 'choice', choices: ['90', '180', '270'], default: '90', text: 'clockwise' },
  },
  sensorAfter: turned,
  create: (sensor, { degrees }) =>
    axisFilter(
      'rotate',
      {
        from: sensor,
        to: turned(sensor, { degrees }),
        columns: places(sensor.width, degrees !== '90'),
        rows: places(sensor.height, degrees !== '270'),
        swapAxes: degrees !== '180',
      },
      'rotate',
    ),
});
