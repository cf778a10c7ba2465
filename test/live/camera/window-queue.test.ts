import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StepFrame } from '../../../src/frames/index.ts';
import { WindowQueue, type WaitingStep } from '../../../src/live/camera/window-queue.ts';
import type { BufferPolicy } from '../../../src/pipeline/index.ts';

const STEPS = 3;
const nameOf = ({ frame: { window, step } }: WaitingStep): string => `${window}.${step}`;

function start(policy: BufferPolicy, maxSteps: number) {
  const dropped: string[] = [];
  const calls: string[] = [];
  const queue = new WindowQueue<WaitingStep>({
    maxSteps,
    stepsPerWindow: STEPS,
    policy,
    onDrop: (step) => dropped.push(nameOf(step)),
    onPause: () => calls.push('pause'),
    onResume: () => calls.push('resume'),
  });
  let next = 0;
  const push = (count = 1): void => {
    for (let i = 0; i < count; i++, next++)
      queue.push({ frame: { window: Math.floor(next / STEPS), step: next % STEPS } as StepFrame });
  };
  const shift = (): string | undefined => {
    const step = queue.shift();
    return step && nameOf(step);
  };
  return { queue, dropped, calls, push, shift };
}

describe('WindowQueue', () => {
  it('drops the oldest window that was not begun, whole', () => {
    const { push, shift, dropped, queue } = start('drop-oldest', 2 * STEPS);
    push(2);
    expect(shift()).toBe('0.0');
    push(8);
    expect(dropped).toEqual(['1.0', '1.1', '1.2']);
    expect(queue.waiting).toBe(2 + 3 + 1);
    push(1);
    expect([shift(), shift(), shift(), shift()]).toEqual(['0.1', '0.2', '2.0', '2.1']);
  });

  it('drops the newest, also the steps of it that come later', () => {
    const { push, shift, dropped } = start('drop-newest', STEPS);
    push(7);
    expect(dropped).toEqual(['2.0']);
    for (let i = 0; i < 4; i++) shift();
    push(3);
    expect(dropped).toEqual(['2.0', '2.1', '2.2']);
    expect([shift(), shift(), shift(), shift()]).toEqual(['1.1', '1.2', '3.0', undefined]);
  });

  it('asks the source to wait under pause', () => {
    const { push, shift, calls, dropped } = start('pause', STEPS);
    push(4);
    expect(calls).toEqual(['pause']);
    for (let i = 0; i < 4; i++) shift();
    expect([calls, dropped]).toEqual([['pause', 'resume'], []]);
  });

  it('lets the window in work go', () => {
    const { push, shift, dropped, queue } = start('drop-oldest', 2 * STEPS);
    push(2);
    shift();
    queue.dropInWork();
    push(2);
    expect(dropped).toEqual(['0.1', '0.2']);
    expect(shift()).toBe('1.0');
  });

  it('under any load: all is given or dropped, in order, and what is begun is finished', () => {
    const policies = fc.constantFrom<BufferPolicy>('drop-oldest', 'drop-newest', 'pause');
    fc.assert(
      fc.property(
        policies,
        fc.nat(12),
        fc.array(fc.tuple(fc.nat(9), fc.nat(9)), { maxLength: 30 }),
        (...load) => {
          const [policy, maxSteps, rounds] = load;
          const { queue, push, shift, dropped } = start(policy, maxSteps);
          const given: string[] = [];
          let pushed = 0;
          const take = (most: number): void => {
            for (let i = 0; i < most; i++) {
              const step = shift();
              if (step === undefined) return;
              given.push(step);
            }
          };
          for (const [come, go] of rounds) {
            push(come);
            pushed += come;
            expect(queue.waiting).toBe(pushed - given.length - dropped.length);
            if (policy !== 'pause')
              expect(queue.waiting).toBeLessThanOrEqual(Math.max(STEPS, maxSteps) + STEPS);
            take(go);
          }
          const rest = (STEPS - (pushed % STEPS)) % STEPS;
          push(rest);
          take(Infinity);
          expect(given.length + dropped.length).toBe(pushed + rest);
          const order = (name: string): number =>
            Number(name.split('.')[0]) * STEPS + Number(name.split('.')[1]);
          const places = given.map(order);
          expect(places).toEqual([...places].sort((a, b) => a - b));
          expect(places.filter((place) => place % STEPS === 0)).toHaveLength(places.length / STEPS);
          if (policy === 'pause') expect(dropped).toEqual([]);
        },
      ),
    );
  });
});
