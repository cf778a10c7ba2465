/** Events per pixel and polarity. */
import { createCounter } from '../count-kernel.ts';
import { defineRepresentation, POLARITIES, type AnyRepresentation } from '../representation.ts';
import type { CountArray } from '../types.ts';

/** How many events there were. */
export const counts: AnyRepresentation = defineRepresentation({
  id: 'counts',
  summary: 'events per pixel and polarity',
  source: "SpikingJelly's frames, Tonic's ToFrame",
  example: 'counts',
  rule: 'Counts stop at the largest value of their type, and what is beyond it is counted as lost. Times and order of events do not matter.',
  options: {},
  form: () => ({ channels: POLARITIES, elements: 'unsigned', largest: null, memory: 'step' }),
  create: ({ map, countType }) => {
    const counter = createCounter(map, countType);
    return {
      make: ({ batches }, room) => {
        const { counts: values, ...account } = counter.count(batches, room as CountArray | undefined);
        return { values, ...account, unrepresented: 0 };
      },
      forget: () => undefined,
    };
  },
});
