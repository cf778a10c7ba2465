import { firstValueFrom, from, lastValueFrom, map, Subject, toArray } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import {
  boundedBuffer,
  collectSamples,
  createClassifierGraph,
  decodeEvents,
  sliceByCount,
  sliceByDuration,
  sliceEvents,
  toClips,
  toFrames,
} from '../../operators/index.ts';
import type { BufferStats } from '../../src/pipeline/index.ts';
import { batchFromTuples, type EventBatch } from '../../src/events/index.ts';
import { binRecording, type EventSlice } from '../../src/frames/index.ts';
import { createOracleEngine } from '../../src/inference/index.ts';
import { randomModel } from '../../src/network/index.ts';

const scheduler = (): TestScheduler =>
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
const at = (...times: number[]): EventBatch =>
  batchFromTuples(
    times.map((t) => [t, 1, 1, 1]),
    { width: 8, height: 8 },
  );
const key = ({ window, step }: EventSlice): string => `${window}.${step}`;

describe('sliceByDuration', () => {
  it('emits steps when event time closes them, drops the rest, unsubscribes at the end', () => {
    scheduler().run(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('-a-b--c---|', { a: at(0, 5), b: at(12), c: at(31) });
      const subscription = '^---------!';
      const names = source.pipe(sliceByDuration({ stepMicros: 10, steps: 2 }), map(key));
      expectObservable(names).toBe('---x--(yz)|', { x: '0.0', y: '0.1', z: '1.0' });
      expectSubscriptions(source.subscriptions).toBe(subscription);
    });
  });

  it('closes the window of a silent camera by the clock on the wall', () => {
    const test = scheduler();
    test.run(({ hot, expectObservable }) => {
      const source = hot('-a------', { a: at(0) });
      const options = { stepMicros: 10, steps: 2, flushAfterMs: 3, scheduler: test };
      expectObservable(source.pipe(sliceByDuration(options), map(key))).toBe('----(xy)', {
        x: '0.0',
        y: '0.1',
      });
    });
  });

  it('stops when a consumer unsubscribes inside next', () => {
    const source = new Subject<EventBatch>();
    const seen: string[] = [];
    const subscription = source.pipe(sliceByDuration({ stepMicros: 10, steps: 1 })).subscribe((slice) => {
      seen.push(key(slice));
      subscription.unsubscribe();
    });
    source.next(at(0, 11, 22, 33));
    expect(seen).toEqual(['0.0']);
    expect(source.observed).toBe(false);
  });
});

describe('sliceByCount and sliceEvents', () => {
  it('count windows', () => {
    scheduler().run(({ hot, expectObservable }) => {
      const source = hot('-a-b-|', { a: at(0, 5, 6), b: at(12) });
      expectObservable(source.pipe(sliceByCount({ stepEvents: 2, steps: 2 }), map(key))).toBe('-x-y-|', {
        x: '0.0',
        y: '0.1',
      });
    });
  });

  it('whole-recording rules wait for the end, and their faults are errors of the stream', () => {
    scheduler().run(({ hot, expectObservable }) => {
      const source = hot('-a-b-|', { a: at(0, 5), b: at(12) });
      expectObservable(source.pipe(sliceEvents({ by: 'number', steps: 2 }), map(key))).toBe('-----(xy|)', {
        x: '0.0',
        y: '0.1',
      });
    });
    const failing = from([at(5)]).pipe(sliceEvents({ by: 'time', steps: 2 }));
    return expect(lastValueFrom(failing)).rejects.toMatchObject({ code: 'ZERO_SPAN' });
  });
});

describe('clips and batches', () => {
  it('the stream gives what binning the recording gives', async () => {
    const events = at(0, 3, 11, 12, 25, 31, 44, 58);
    for (const spec of [
      { by: 'fixed-duration', stepMicros: 10, steps: 2 },
      { by: 'fixed-duration', stepMicros: 10, steps: 2, strideMicros: 5 },
      { by: 'fixed-count', stepEvents: 2, steps: 2, strideEvents: 1 },
      { by: 'mixed', stepMicros: 10, stepEvents: 2, steps: 2 },
    ] as const) {
      const clips = await lastValueFrom(
        from([at(0, 3, 11), at(12, 25), at(31, 44, 58)]).pipe(
          sliceEvents(spec),
          toFrames(),
          toClips(),
          toArray(),
        ),
      );
      expect(clips.length).toBeGreaterThan(0);
      expect(clips).toEqual(binRecording(events, spec));
    }
  });

  it('collects time-major batches, the last one smaller', async () => {
    const clip = (value: number) => ({
      steps: 2,
      geometry: { width: 1, height: 1 },
      counts: Uint8Array.of(value, 1, value, 2),
      events: 0,
      saturated: 0,
      outside: 0,
    });
    const samples = [10, 20, 30].map((value, label) => ({ clip: clip(value), label }));
    const batches = await lastValueFrom(from(samples).pipe(collectSamples({ batchSize: 2 }), toArray()));
    expect(batches.map(({ size }) => size)).toEqual([2, 1]);
    expect([...batches[0]!.counts]).toEqual([10, 1, 20, 1, 10, 2, 20, 2]);
    expect([...batches[1]!.labels]).toEqual([2]);
  });
});

describe('decodeEvents', () => {
  it('errors with the typed fault after the good events, and reports', async () => {
    const bytes = Uint8Array.of(1, 2, 0x80, 0, 5, 9, 9);
    const reports: unknown[] = [];
    const batches = await lastValueFrom(
      from([bytes]).pipe(
        decodeEvents({ format: 'atis40', onReport: ({ truncatedBytes }) => reports.push(truncatedBytes) }),
        toArray(),
      ),
    );
    expect(batches.map(({ length }) => length)).toEqual([1]);
    expect(reports).toEqual([2]);
    await expect(lastValueFrom(from([]).pipe(decodeEvents()))).rejects.toMatchObject({
      code: 'EMPTY_FILE',
      byteOffset: 0,
    });
  });

  it('subscribes once and lets go when the consumer does', () => {
    scheduler().run(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot<Uint8Array>('-a-a-a-|', { a: Uint8Array.of(1, 2, 0x80, 0, 5) });
      expectObservable(source.pipe(decodeEvents({ format: 'atis40' })), '^---!').toBe('-----');
      expectSubscriptions(source.subscriptions).toBe('^---!');
    });
  });
});

describe('boundedBuffer', () => {
  /** Work that waits for its own release. */
  function slow(): { process: (n: number) => Promise<number>; release: () => Promise<void> } {
    const waiting: (() => void)[] = [];
    return {
      process: (n) => new Promise((resolve) => waiting.push(() => resolve(n))),
      release: async () => {
        waiting.shift()?.();
        await Promise.resolve();
        await new Promise((resolve) => setTimeout(resolve));
      },
    };
  }

  it.each([
    ['drop-oldest', [1, 5, 6], [2, 3, 4]],
    ['drop-newest', [1, 2, 3], [4, 5, 6]],
  ] as const)('%s', async (policy, kept, lost) => {
    const source = new Subject<number>();
    const { process, release } = slow();
    const results: number[] = [];
    const dropped: number[] = [];
    let stats: BufferStats | undefined;
    source
      .pipe(
        boundedBuffer({
          maxItems: 2,
          policy,
          process,
          onDrop: (n: number) => dropped.push(n),
          onStats: (s) => (stats = s),
        }),
      )
      .subscribe((n) => results.push(n));
    for (const n of [1, 2, 3, 4, 5, 6]) source.next(n);
    expect(stats).toEqual({ waiting: 2, dropped: 3, paused: false });
    source.complete();
    for (let i = 0; i < 3; i++) await release();
    expect(results).toEqual(kept);
    expect(dropped).toEqual(lost);
  });

  it('pause drops nothing, and asks the source to stop and to go on', async () => {
    const source = new Subject<number>();
    const { process, release } = slow();
    const log: (string | number)[] = [];
    source
      .pipe(
        boundedBuffer({
          maxItems: 2,
          policy: 'pause',
          process,
          onPause: () => log.push('pause'),
          onResume: () => log.push('resume'),
        }),
      )
      .subscribe({ next: (n) => log.push(n), complete: () => log.push('done') });
    for (const n of [1, 2, 3, 4]) source.next(n);
    source.complete();
    for (let i = 0; i < 4; i++) await release();
    expect(log).toEqual(['pause', 1, 2, 'resume', 3, 4, 'done']);
  });

  it('survives a hundred thousand synchronous results, passes errors on, lets go of its source', async () => {
    const many = Array.from({ length: 100_000 }, (_, i) => i);
    const all = await lastValueFrom(
      from(many).pipe(boundedBuffer({ maxItems: 1, policy: 'pause', process: (n) => [n] }), toArray()),
    );
    expect(all.length).toBe(100_000);
    const failing = from([1]).pipe(
      boundedBuffer({ maxItems: 1, policy: 'pause', process: () => Promise.reject(new Error('no')) }),
    );
    await expect(firstValueFrom(failing)).rejects.toThrow('no');
    const source = new Subject<number>();
    source
      .pipe(
        boundedBuffer({ maxItems: 1, policy: 'pause', process: () => new Promise<number>(() => undefined) }),
      )
      .subscribe()
      .unsubscribe();
    expect(source.observed).toBe(false);
  });
});

describe('classify', () => {
  it('decides after every step as the whole clip does, and taps what is listened to', async () => {
    const model = randomModel({ steps: 2 });
    const engine = createOracleEngine(model);
    const graph = createClassifierGraph(engine);
    const tapped: string[] = [];
    graph.node('mfp1').subscribe(({ layer, step }) => tapped.push(`${layer} ${step}`));
    const events = at(0, 3, 11, 12, 25, 31, 44, 58);
    const spec = { by: 'fixed-duration', stepMicros: 10, steps: 2 } as const;
    const decisions = await lastValueFrom(
      from([events]).pipe(sliceEvents(spec), toFrames(), graph.classify(), toArray()),
    );
    const clips = binRecording(events, spec);
    // The window that the recording does not fill has been decided on as far as it went.
    expect(decisions.length).toBe(2 * clips.length + 1);
    for (const [i, clip] of clips.entries()) {
      const { steps } = await engine.runClip(clip);
      expect(decisions.slice(2 * i, 2 * i + 2).map(({ accumulatedLogits }) => accumulatedLogits)).toEqual(
        steps.map(({ accumulatedLogits }) => accumulatedLogits),
      );
    }
    expect(decisions.map(({ final }) => final)).toEqual([...clips.flatMap(() => [false, true]), false]);
    expect(tapped.length).toBe(decisions.length);
    expect(() => graph.node('nothing')).toThrow(RangeError);
  });
});
