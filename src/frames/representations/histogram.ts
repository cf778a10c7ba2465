/** Counts that stop early: OpenEB's histograms. */
import { createCounter } from '../count-kernel.ts';
import { allocateCounts, frameType } from '../counts.ts';
import { defineRepresentation, POLARITIES, type AnyRepresentation } from '../representation.ts';

/** Counts cut at a number of events, as fractions of that number or as they are. */
export const histogram: AnyRepresentation = defineRepresentation({
  id: 'histogram',
  summary: 'events per pixel and polarity up to a number, as a fraction of it or as whole numbers',
  source: "OpenEB's histo processor; the histograms of its sensors (levels:16)",
  example: 'histogram=most:15,values:levels',
  rule: 'A pixel with n events of a polarity has min(n, most), or that divided by most. What is beyond is counted as lost. OpenEB adds float32 increments; here the quotient is rounded once. Times and order of events do not matter.',
  options: {
    most: { kind: 'integer', min: 1, max: 65_535, unit: 'events', default: 5, text: 'that a pixel counts' },
    values: {
      kind: 'choice',
      choices: ['fraction', 'levels'],
      default: 'fraction',
      text: 'fraction: from 0 to 1; levels: the whole numbers from 0 to most, which networks take',
    },
  },
  form: ({ most, values }) => ({
    channels: POLARITIES,
    elements: values === 'fraction' ? 'float32' : 'unsigned',
    largest: values === 'fraction' ? 1 : most,
    memory: 'step',
  }),
  create: ({ map, countType }, { most, values }) => {
    const counter = createCounter(map, 'uint32');
    const type = frameType(values === 'fraction' ? 'float32' : 'unsigned', countType);
    const cap = type === 'uint8' ? Math.min(most, 0xff) : most;
    const divisor = values === 'fraction' ? most : 1;
    return {
      make: ({ batches }, given) => {
        const { counts, outside } = counter.count(batches);
        const room = given ?? allocateCounts(type, counts.length);
        let saturated = 0;
        for (let i = 0; i < counts.length; i++) {
          const count = counts[i]!;
          const cut = count > cap ? cap : count;
          saturated += count - cut;
          room[i] = cut / divisor;
        }
        return { values: room, saturated, outside, unrepresented: 0 };
      },
      forget: () => undefined,
    };
  },
});
