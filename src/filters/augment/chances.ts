/** Operations that are done or not: their amount is a probability. */
import type { FilterRequest } from '../filter-spec.ts';
import type { EventOperation } from './event-operation.ts';

function chance(id: string, summary: string, filter: FilterRequest): EventOperation {
  return {
    id,
    summary,
    amount: { means: 'probability', max: 1, whole: false },
    draw: (amount, random) => (random.uniform() < amount ? filter : null),
  };
}

/** Left becomes right. */
export const flip: EventOperation = chance('flip', 'mirrors left and right', { filter: 'flip', axis: 'x' });

/** Top becomes bottom. */
export const flipVertically: EventOperation = chance('flip-y', 'mirrors top and bottom', {
  filter: 'flip',
  axis: 'y',
});

/** ON becomes OFF, of the whole recording (Tonic's `RandomFlipPolarity`). */
export const flipPolarity: EventOperation = chance('flip-polarity', 'makes ON of OFF and OFF of ON', {
  filter: 'polarity',
  invert: true,
});

/** The recording backwards: what became brighter becomes darker. */
export const reverseTime: EventOperation = chance(
  'reverse-time',
  'plays the recording backwards, ON and OFF changed over',
  { filter: 'reverse-time' },
);
