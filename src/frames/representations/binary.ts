/** Whether a pixel had an event. */
import { createCounter } from '../count-kernel.ts';
import { defineRepresentation, POLARITIES, type AnyRepresentation } from '../representation.ts';
import type { CountArray } from '../types.ts';

/** 1 where a pixel had any event of a polarity. */
export const binary: AnyRepresentation = defineRepresentation({
  id: 'binary',
  summary: '1 where a pixel had any event of a polarity, else 0',
  source: "the frames of TET's preprocessing, Tonic's ToFrame cut at 1",
  example: 'binary',
  rule: 'Times and order of events do not matter.',
  options: {},
  form: () => ({ channels: POLARITIES, elements: 'unsigned', largest: 1, memory: 'step' }),
  create: ({ map, countType }) => {
    const counter = createCounter(map, countType);
    return {
      make: ({ batches }, room) => {
        const { counts: values, outside } = counter.count(batches, room as CountArray | undefined);
        for (let i = 0; i < values.length; i++) if (values[i]! > 1) values[i] = 1;
        // Second events of a pixel are in its 1, however many they were.
        return { values, saturated: 0, outside, unrepresented: 0 };
      },
      forget: () => undefined,
    };
  },
});
