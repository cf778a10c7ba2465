/** EventDrop (Gu et al., IJCAI 2021): events that are missing. */
import { drawSeed, type EventOperation } from './event-operation.ts';

/** @param steps the share is one of so many even steps up to the amount. */
function dropping(by: 'random' | 'area' | 'time', steps: number, of: string): EventOperation {
  return {
    id: `drop-${by}`,
    summary: `leaves out ${of}, of a share up to the amount in ${steps} steps (EventDrop)`,
    amount: { means: 'largest share', max: 1, whole: false },
    draw: (amount, random) => ({
      ...{ filter: 'drop', by },
      share: (amount * (1 + random.integer(steps))) / steps,
      seed: drawSeed(random),
    }),
  };
}

/** Single events. */
export const dropRandom: EventOperation = dropping('random', 9, 'events by chance');

/** A box. */
export const dropArea: EventOperation = dropping('area', 5, 'a box');

/** A stretch of time. */
export const dropTime: EventOperation = dropping('time', 9, 'a stretch of time');

/** For a step of which one is drawn. */
export const nothing: EventOperation = {
  id: 'nothing',
  summary: 'leaves the recording as it is',
  amount: { means: 'of nothing', max: 0, whole: true },
  draw: () => null,
};
