import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CONVENTIONS, orientationOf, type SensorGeometry } from '../../src/events/index.ts';
import { FRAME_RULE_DEFAULTS, turnedSize, type FrameRule } from '../../src/frames/index.ts';
import { fitSensor, type FittedSensor } from '../../src/pipeline/index.ts';

const ruleOf = (rule: Partial<FrameRule>): FrameRule => ({
  ...FRAME_RULE_DEFAULTS,
  sensor: null,
  binning: { by: 'number', steps: 1 },
  ...rule,
});
const size = fc.record({ width: fc.integer({ min: 1, max: 9 }), height: fc.integer({ min: 1, max: 9 }) });
const fits = (inner: SensorGeometry, outer: SensorGeometry): boolean =>
  inner.width <= outer.width && inner.height <= outer.height;

/** What comes of it: the fit, or the code of the error. */
function outcome(...arguments_: Parameters<typeof fitSensor>): FittedSensor | string {
  try {
    return fitSensor(...arguments_);
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe('fitSensor', () => {
  it('does what the rule says, for any sizes', () => {
    fc.assert(
      fc.property(
        fc.option(size),
        fc.option(size),
        fc.option(size),
        fc.constantFrom('resize', 'crop', 'refuse'),
        fc.constantFrom(...CONVENTIONS),
        (wanted, stated, output, fit, convention) => {
          const got = outcome(ruleOf({ sensor: wanted, fit, convention }), stated, output ?? undefined);
          const sensor = stated ?? wanted;
          const goal = wanted ?? stated;
          if (sensor === null || goal === null) {
            expect(got).toBe('OTHER_SENSOR');
            return;
          }
          const orientation = orientationOf(convention);
          const other = sensor.width !== goal.width || sensor.height !== goal.height;
          const crop = other && fit === 'crop';
          const [whole, part] = [turnedSize(sensor, orientation), turnedSize(goal, orientation)];
          const frame = output ?? part;
          if (other && fit === 'refuse') expect(got).toBe('OTHER_SENSOR');
          else if (!fits(frame, crop ? part : whole)) expect(got).toBe('SMALLER_SENSOR');
          else {
            const { part: cut, ...rest } = got as FittedSensor;
            expect(rest).toEqual({
              sensor,
              recorded: sensor,
              wanted: goal,
              output: frame,
              orientation,
              known: stated === null ? 'assumed' : 'stated',
              change: !other ? null : crop ? 'cropped' : 'resized',
            });
            expect(cut === undefined).toBe(!crop);
            if (cut === undefined) return;
            expect([cut.width, cut.height]).toEqual([part.width, part.height]);
            // As much on both sides, or one pixel less on the first.
            for (const slack of [
              whole.width - part.width - 2 * cut.x,
              whole.height - part.height - 2 * cut.y,
            ])
              expect([0, 1]).toContain(slack);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('says which sizes do not go together, and what would help', () => {
    const [big, small] = [
      { width: 20, height: 10 },
      { width: 4, height: 3 },
    ];
    expect(() => fitSensor(ruleOf({ sensor: small, fit: 'refuse' }), big)).toThrow(
      /is of 20x10 pixels, wanted are 4x3\..*"resize".*"crop"/,
    );
    expect(() => fitSensor(ruleOf({ sensor: big }), small)).toThrow(
      /is of 4x3 pixels, fewer than the frames of 20x10.*"crop".*20x10/,
    );
    expect(() => fitSensor(ruleOf({}), null)).toThrow(/--geometry/);
  });
});
