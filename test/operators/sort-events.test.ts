import { TestScheduler } from 'rxjs/testing';
import { map } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { sortEvents } from '../../operators/index.ts';
import { batchFromTuples, type EventBatch, type SortReport } from '../../src/events/index.ts';

const scheduler = (): TestScheduler =>
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
const at = (...times: number[]): EventBatch => batchFromTuples(times.map((t) => [t, 3, 4, 1]));
const times = map(({ t }: EventBatch) => [...t].join(' '));

describe('sortEvents', () => {
  it('hands events on when none can come in front of them, the rest at the end; reports once', () => {
    const reports: SortReport[] = [];
    scheduler().run(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('-a-b-c-|', { a: at(10, 5), b: at(30, 12), c: at(1, 31) });
      const onReport = (report: SortReport): void => void reports.push(report);
      expectObservable(source.pipe(sortEvents({ maxDelayMicros: 18, onReport }), times)).toBe('---x---(z|)', {
        x: '5 10 12',
        z: '30 31',
      });
      expectSubscriptions(source.subscriptions).toBe('^------!');
    });
    expect(reports).toEqual([{ events: 6, lateEvents: 1 }]);
  });

  it('passes errors of the source on, and takes each subscription for itself', () => {
    scheduler().run(({ cold, expectObservable }) => {
      const sorted = cold('-a-#', { a: at(9, 1) }).pipe(sortEvents({ maxDelayMicros: 0 }), times);
      expectObservable(sorted).toBe('-x-#', { x: '9' });
      expectObservable(sorted).toBe('-x-#', { x: '9' });
    });
  });

  it('a delay that is none is an error of the stream', () => {
    scheduler().run(({ cold, expectObservable }) => {
      expectObservable(cold('-a|', { a: at(1) }).pipe(sortEvents({ maxDelayMicros: -1 }))).toBe(
        '#',
        undefined,
        expect.objectContaining({ code: 'BAD_OPTION' }),
      );
    });
  });
});
