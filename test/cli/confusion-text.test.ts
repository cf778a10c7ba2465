import { describe, expect, it } from 'vitest';
import { confusionText, isUneven } from '../../src/cli/confusion-text.ts';

function report(confusion: number[][]): Parameters<typeof confusionText>[0] {
  const recallByClass = confusion.map((row, label) => {
    const clips = row.reduce((a, b) => a + b, 0);
    return clips === 0 ? null : row[label]! / clips;
  });
  return { classes: confusion.map((_, i) => `class ${i}`), confusion, recallByClass };
}

describe('confusion', () => {
  it('of few classes is a matrix, a row per true class', () => {
    expect(
      confusionText(
        report([
          [3, 1, 0],
          [0, 2, 0],
          [0, 0, 0],
        ]),
      ).split('\n'),
    ).toEqual([
      'Confusion, a row per true class:',
      '  is \\ decided  class 0  class 1  class 2    recall',
      '  class 0             3        1        .    75.0 %',
      '  class 1             .        2        .   100.0 %',
      '  class 2             .        .        .  untested',
    ]);
  });

  it('of many classes is a list, worst first, that says how much it leaves out', () => {
    const classes = 100;
    const confusion = Array.from({ length: classes }, (_, label) =>
      Array.from({ length: classes }, (_, decided) => (decided === label ? label : decided === 0 ? 5 : 0)),
    );
    const lines = confusionText(report(confusion)).split('\n');
    expect(lines[2]).toMatch(/^ {2}class 1 +6 +16\.7 % +class 0 5$/);
    expect(lines.at(-1)).toContain('and 79 classes with a recall as good or better');
    expect(lines).toHaveLength(23);
  });

  it('is uneven from one and a half times on; classes without clips do not count', () => {
    expect(
      isUneven(
        report([
          [2, 0],
          [0, 3],
        ]),
      ),
    ).toBe(true);
    expect(
      isUneven(
        report([
          [3, 0],
          [0, 4],
        ]),
      ),
    ).toBe(false);
    expect(
      isUneven(
        report([
          [3, 0, 0],
          [0, 4, 0],
          [0, 0, 0],
        ]),
      ),
    ).toBe(false);
  });
});
