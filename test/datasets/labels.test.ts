import { describe, expect, it } from 'vitest';
import { classesWithout, matchLabels, type Sample } from '../../datasets/index.ts';

const classes = ['left', 'right', 'up'];
const samples = [0, 1, 0].map((label, i): Sample => ({
  id: `${classes[label]!}/${i}.csv`,
  bytes: 0,
  location: '',
  label,
  part: null,
  open: async function* () {},
}));

describe('labels', () => {
  it('are matched by name, whatever the order and the others', () => {
    const model = ['down', 'right', 'left'];
    const matched = matchLabels({ classes }, samples, model, 'the model').samples;
    expect(matched.map(({ label }) => model[label])).toEqual(['left', 'right', 'left']);
    expect(classesWithout(matched, model)).toEqual(['down']);
  });

  it('of classes that the other side lacks are refused by name, or left out by name', () => {
    expect(() => matchLabels({ classes }, samples, ['left', 'Right'], 'the model')).toThrow(
      expect.objectContaining({
        code: 'OTHER_CLASSES',
        message: expect.stringMatching(
          /the model has no class "right"; it has left, Right\. 1 of 3 are of such classes/,
        ),
      }),
    );
    const { samples: known, leftOut } = matchLabels({ classes }, samples, ['left'], 'the model', true);
    expect(known.map(({ id }) => id)).toEqual(['left/0.csv', 'left/2.csv']);
    expect(leftOut).toEqual([{ id: 'right/1.csv', problem: 'is of "right", no class of the model' }]);
  });

  it('cannot be told apart where two classes have one name', () => {
    expect(() => matchLabels({ classes }, samples, ['left', 'right', 'left'], 'the network')).toThrow(
      expect.objectContaining({ code: 'OTHER_CLASSES' }),
    );
  });
});
