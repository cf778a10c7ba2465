import { map, mergeMap, Subject, toArray, type Observable } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { expect, it } from 'vitest';
import { segmentByReset } from '../../operators/index.ts';
import { batchFromTuples, type EventBatch } from '../../src/events/index.ts';

const scheduler = (): TestScheduler =>
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
const batch = (t: number, segment: number): EventBatch => ({ ...batchFromTuples([[t, 1, 1, 1]]), segment });
const values = { a: batch(900, 0), b: batch(901, 0), c: batch(0, 1), d: batch(5, 1), e: batch(2, 4) };

it('an observable for each segment, complete when the next begins', () => {
  scheduler().run(({ hot, cold, expectObservable, expectSubscriptions }) => {
    const source = hot('-a-b--c-d-e--|', values);
    const segments = source.pipe(segmentByReset());
    expectObservable(segments.pipe(map(({ key }) => key))).toBe('-x----y---z--|', { x: 0, y: 1, z: 4 });
    // Each inner observable, replayed on its own from the start of the test.
    const inner = (wanted: number): Observable<EventBatch> =>
      segments.pipe(mergeMap((segment) => (segment.key === wanted ? segment : cold<EventBatch>('|'))));
    expectObservable(inner(0)).toBe('-a-b---------|', values);
    expectObservable(inner(1)).toBe('------c-d----|', values);
    expectObservable(
      segments.pipe(
        mergeMap((segment) =>
          segment.pipe(
            toArray(),
            map((all) => all.length),
          ),
        ),
      ),
    ).toBe('------p---q--(r|)', { p: 2, q: 2, r: 1 });
    expectSubscriptions(source.subscriptions).toBe(Array.from({ length: 4 }, () => '^------------!'));
  });
});

it('errors go to the open segment and to the outside', () => {
  const seen: string[] = [];
  scheduler().run(({ hot, expectObservable }) => {
    const source = hot('-a-#', values);
    const segments = source.pipe(
      segmentByReset(),
      map((segment) => {
        segment.subscribe({ error: () => seen.push('inside') });
        return segment.key;
      }),
    );
    expectObservable(segments).toBe('-x-#', { x: 0 });
  });
  expect(seen).toEqual(['inside']);
});

it('lets go of the source when nobody listens any more', () => {
  const source = new Subject<EventBatch>();
  const subscription = source
    .pipe(
      segmentByReset(),
      mergeMap((segment) => segment),
    )
    .subscribe();
  source.next(values.a);
  expect(source.observed).toBe(true);
  subscription.unsubscribe();
  expect(source.observed).toBe(false);
});
