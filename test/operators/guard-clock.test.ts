import { describe, expect, it } from 'vitest';
import { TestScheduler } from 'rxjs/testing';
import { batchFromTuples, ClockGuard, type ClockReport, type EventBatch } from '../../src/events/index.ts';
import { guardClock } from '../../operators/index.ts';

const at = (...times: number[]): EventBatch => batchFromTuples(times.map((t) => [t, 1, 1, 1] as const));

describe('guardClock', () => {
  it('is the guard, batch by batch; what is held comes with the end', () => {
    const reports: ClockReport[] = [];
    const options = { maxBackMicros: 100 };
    const values = { a: at(0, 1, 2), b: at(9e9), c: at(3, -500, -499, -498) };
    const guard = new ClockGuard(options);
    const [first] = guard.push(values.a);
    guard.push(values.b);
    const [second, third] = guard.push(values.c);
    new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(
      ({ cold, expectObservable }) => {
        const result = cold('a-b-c-----|', values).pipe(
          guardClock({ ...options, onReport: (report) => reports.push(report) }),
        );
        expectObservable(result).toBe('x---(yz)--|', {
          x: first!,
          y: second!,
          z: third!,
        });
      },
    );
    expect(reports).toEqual([{ restarts: 1, largestStepBackMicros: 501, resets: 0, outliers: 1 }]);
  });

  it('hands errors on, and says at once what is wrong with its options', () => {
    new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(
      ({ cold, expectObservable }) => {
        expectObservable(cold<EventBatch>('--#').pipe(guardClock({ maxBackMicros: 1 }))).toBe('--#');
      },
    );
    expect(() => guardClock({ maxBackMicros: -1 })).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }));
  });
});
