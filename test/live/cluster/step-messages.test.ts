import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StepFrame } from '../../../src/frames/index.ts';
import { randomModel } from '../../../src/network/index.ts';
import {
  decodeAnswer,
  decodeFrame,
  decodeStepPart,
  encodeAnswer,
  encodeStep,
  StepAssembler,
  type StepName,
} from '../../../src/live/cluster/step-messages.ts';

const model = randomModel({ steps: 3, width: 30, height: 40 });
const counts = fc.oneof(
  fc.uint8Array({ minLength: 2400, maxLength: 2400 }),
  fc.uint8Array({ minLength: 2400, maxLength: 2400 }).map((values) => values.map((v) => (v < 240 ? 0 : v))),
);
const name: fc.Arbitrary<StepName> = fc.record({
  camera: fc.string({ unit: 'binary', minLength: 1, maxLength: 100 }),
  epoch: fc.nat(),
  window: fc.nat(),
  step: fc.nat({ max: 2 }),
});
const frameOf = (step: number, values: Uint8Array): StepFrame => ({
  ...{ window: 9, segment: 1, startMicros: 3, endMicros: 4, events: 5, saturated: 6, outside: 7 },
  ...{ step, steps: 3, geometry: { width: 30, height: 40 }, counts: values },
});

describe('a step', () => {
  it('arrives as it was sent, in any number of messages, none too large', () => {
    fc.assert(
      fc.property(name, counts, fc.integer({ min: 2100, max: 5000 }), (step, values, most) => {
        const messages = encodeStep(step, frameOf(step.step, values), most);
        expect(messages.every(({ length }) => length <= most)).toBe(true);
        const assembler = new StepAssembler();
        const parts = messages.map(decodeStepPart);
        const wholes = parts.map((part) => assembler.push(part));
        expect(wholes.slice(0, -1).every((whole) => whole === null)).toBe(true);
        expect(parts[0]).toMatchObject(step);
        expect(decodeFrame(model, step.step, wholes.at(-1)!).counts).toEqual(values);
      }),
    );
  });

  it('with a part missing does not arrive, and the next one does', () => {
    const assembler = new StepAssembler();
    const parts = (window: number): ReturnType<typeof decodeStepPart>[] =>
      encodeStep(
        { camera: 'c', epoch: 1, window, step: 0 },
        frameOf(
          0,
          new Uint8Array(2400).map((_, i) => 1 + (i % 200)),
        ),
        2500,
      ).map(decodeStepPart);
    const [first, , ...rest] = parts(0);
    for (const part of [first!, ...rest]) expect(assembler.push(part)).toBeNull();
    const whole = parts(1).map((part) => assembler.push(part));
    expect(whole.at(-1)).not.toBeNull();
  });

  it('that is none is refused', () => {
    const [message] = encodeStep(
      { camera: 'c', epoch: 1, window: 2, step: 0 },
      frameOf(0, new Uint8Array(2400)),
      9999,
    );
    fc.assert(
      fc.property(fc.nat(), fc.uint8Array({ maxLength: 40 }), (at, junk) => {
        const damaged = Uint8Array.from(message!);
        damaged.set(junk.subarray(0, damaged.length - (at % damaged.length)), at % damaged.length);
        for (const bytes of [damaged, damaged.subarray(0, at % damaged.length)]) {
          try {
            decodeStepPart(bytes);
          } catch (error) {
            expect(error).toMatchObject({ code: 'REFUSED' });
          }
        }
      }),
    );
  });
});

it('answers arrive as they were sent', () => {
  const integers = fc.array(fc.integer(), { maxLength: 5 });
  fc.assert(
    fc.property(
      name,
      fc.record({ logits: integers, sums: integers, spikes: integers, operations: integers }),
      (step, r) => {
        const result = {
          step: step.step,
          logits: Int32Array.from(r.logits),
          accumulatedLogits: Int32Array.from(r.sums),
          spikes: r.spikes,
          synapticOperations: r.operations,
        };
        for (const answer of [
          { type: 'result', ...step, result, computeMs: 1.25 },
          { type: 'restart', ...step },
          { type: 'refused', ...step },
          { type: 'fault', ...step, message: 'why' },
        ] as const)
          expect(decodeAnswer(encodeAnswer(answer))).toEqual(answer);
      },
    ),
  );
});
