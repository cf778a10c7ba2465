/** Events that are moved, or come from nowhere. */
import { drawSeed, type EventOperation } from './event-operation.ts';

/** In space. */
export const spaceJitter: EventOperation = {
  id: 'space-jitter',
  summary: 'moves each event by a normal deviation in x and y',
  amount: { means: 'standard deviation in pixels', max: 1000, whole: false },
  draw: (amount, random) => ({ filter: 'space-jitter', stdPixels: amount, seed: drawSeed(random) }),
};

/** In time. */
export const timeJitter: EventOperation = {
  id: 'time-jitter',
  summary: 'moves each event by a normal deviation in time',
  amount: { means: 'standard deviation in microseconds', max: 10_000_000, whole: false },
  draw: (amount, random) => ({ filter: 'time-jitter', stdMicros: amount, seed: drawSeed(random) }),
};

/** Of a rate that is drawn too. */
export const noise: EventOperation = {
  id: 'noise',
  summary: 'adds events at random pixels, at a rate up to the amount',
  amount: { means: 'most events a pixel and second', max: 10_000, whole: false },
  draw: (amount, random) => ({
    filter: 'noise',
    rateHz: random.uniform() * amount,
    seed: drawSeed(random),
  }),
};
