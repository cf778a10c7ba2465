/** Mirrors the picture. */
import { axisFilter, places } from '../axis-filter.ts';
import { defineFilter, type AnyFilterDefinition } from '../event-filter.ts';

/** Column x becomes W - 1 - x, row y becomes H - 1 - y. Times and order do not matter. */
export const flip: AnyFilterDefinition = defineFilter({
  id: 'flip',
  summary: 'mirrors the picture',
  source: "OpenEB's FlipXAlgorithm and FlipYAlgorithm; Tonic's RandomFlipLR and RandomFlipUD without chance",
  example: 'flip=axis:y',
  reasons: [],
  options: {
    axis: {
      kind: 'choice',
      choices: ['x', 'y', 'both'],
      default: 'x',
      text: 'x: left becomes right; y: top becomes bottom',
    },
  },
  create: (sensor, { axis }) =>
    axisFilter(
      'flip',
      {
        from: sensor,
        to: sensor,
        columns: places(sensor.width, axis !== 'y'),
        rows: places(sensor.height, axis !== 'x'),
        swapAxes: false,
      },
      'flip',
    ),
});
