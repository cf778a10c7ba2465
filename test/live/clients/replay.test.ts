import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  batchFromTuples,
  RecordingError,
  type EventBatch,
  type SensorGeometry,
} from '../../../src/events/index.ts';
import { Aedat2Encoder, CsvEncoder } from '../../../src/formats/index.ts';
import { Pacer } from '../../../src/live/clients/pacer.ts';
import {
  replayRecordings,
  type ReplayRecording,
  type ReplaySink,
  type SegmentInfo,
} from '../../../src/live/index.ts';

const at = (times: readonly number[], geometry: SensorGeometry | null = null): EventBatch =>
  batchFromTuples(
    times.map((t) => [t, 1, 1, 1]),
    geometry,
  );

const recording = (name: string, ...chunks: readonly Uint8Array[]): ReplayRecording => ({
  name,
  label: null,
  open: async function* () {
    yield* chunks;
  },
});

function csv(times: readonly number[]): Uint8Array {
  const encoder = new CsvEncoder();
  return Buffer.concat([encoder.push(at(times)), encoder.finish()]);
}

/** Notes what it gets, and when. */
class NotingSink implements ReplaySink {
  readonly segments: SegmentInfo[] = [];
  readonly messages: { readonly times: number[]; readonly segment: number; readonly at: number }[] = [];
  readonly batches: EventBatch[] = [];
  readonly copiesBatches: boolean;

  constructor(copiesBatches = false) {
    this.copiesBatches = copiesBatches;
  }

  async startSegment(segment: SegmentInfo): Promise<void> {
    this.segments.push(segment);
  }

  async sendEvents(batch: EventBatch): Promise<void> {
    this.messages.push({ times: [...batch.t], segment: batch.segment, at: performance.now() });
    this.batches.push(batch);
  }
}

describe('the schedule', () => {
  it('is the recorded time over the rate, from the first event on, however late one asks', () => {
    const pacer = new Pacer(2, 1000);
    expect(pacer.dueAt(50_000, 52_000, 0)).toBe(1001);
    expect(pacer.dueAt(60_000, 60_000, 0)).toBe(1005);
    expect(pacer.dueAt(59_000, 59_500, 0)).toBe(1004.75);
    expect(pacer.dueAt(70_000, 70_000, 0)).toBe(1010);
  });

  it('waits through silence of up to 10 s, and not through a longer one, nor back', () => {
    const pacer = new Pacer(1, 0);
    expect(pacer.dueAt(0, 0, 0)).toBe(0);
    expect(pacer.dueAt(10_000_000, 10_000_000, 0)).toBe(10_000);
    expect(pacer.dueAt(20_000_001, 20_002_001, 0)).toBe(10_002);
    expect(pacer.dueAt(4e15, 4e15, 0)).toBe(10_002);
    expect(pacer.dueAt(20_005_000, 20_006_000, 0)).toBe(10_003);
    expect(pacer.dueAt(20_010_000, 20_010_000, 0)).toBe(10_007);
  });

  it('goes on from the last due time where the clock is reset, told or not', () => {
    const pacer = new Pacer(1, 0);
    expect(pacer.dueAt(5_000_000, 5_100_000, 0)).toBe(100);
    expect(pacer.dueAt(5_000_000, 5_050_000, 1)).toBe(150);
    expect(pacer.dueAt(0, 3_000, 1)).toBe(153);
    expect(pacer.dueAt(10_000, 10_000, 1)).toBe(160);
  });

  it('small disorder is no reset', () => {
    const pacer = new Pacer(1, 0);
    pacer.dueAt(0, 2_000_000, 0);
    expect(pacer.dueAt(1_000_000, 1_000_000, 0)).toBe(1000);
    expect(pacer.dueAt(999_999, 999_999, 0)).toBe(2000);
  });
});

describe('a replay in time', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('sends stretches of 10 ms when their last events are due', async () => {
    const sink = new NotingSink();
    const due: number[] = [];
    const started = performance.now();
    const done = replayRecordings(sink, [recording('a.csv', csv([0, 9_999, 10_000, 20_000, 20_001]))], {
      rate: 0.5,
      decoding: { timeUnit: 'us' },
      onBatch: (_batch, dueAt) => due.push(dueAt - started),
    });
    await vi.runAllTimersAsync();
    await done;
    expect(sink.messages.map(({ times }) => times)).toEqual([[0, 9_999], [10_000], [20_000, 20_001]]);
    expect(due[0]).toBeCloseTo(19.998, 3);
    expect(due[2]).toBeCloseTo(40.002, 3);
    sink.messages.forEach((message, i) => {
      expect(message.at - started).toBeGreaterThanOrEqual(due[i]! - 1);
      expect(message.at - started).toBeLessThan(due[i]! + 2);
    });
  });

  it('goes on over batches, with the silence between them', async () => {
    const due: number[] = [];
    const started = performance.now();
    const done = replayRecordings(new NotingSink(), [recording('a.csv', csv([0, 10_000, 30_000, 60_000]))], {
      rate: 1,
      decoding: { timeUnit: 'us', maxBatchEvents: 2 },
      onBatch: (_batch, dueAt) => due.push(Math.round(dueAt - started)),
    });
    await vi.runAllTimersAsync();
    await done;
    expect(due).toEqual([0, 10, 30, 60]);
  });

  it('one absurd time does not stop it', async () => {
    const sink = new NotingSink();
    const started = performance.now();
    const done = replayRecordings(sink, [recording('a.csv', csv([0, 1_000, 4e9, 7_000, 8_000]))], {
      rate: 1,
      decoding: { timeUnit: 'us' },
    });
    await vi.runAllTimersAsync();
    await done;
    expect(sink.messages.map(({ times }) => times)).toEqual([[0, 1_000], [4e9], [7_000, 8_000]]);
    expect(performance.now() - started).toBeLessThan(20);
  });

  it('pauses between recordings, and stops at once when it is told to', async () => {
    const sink = new NotingSink();
    const abort = new AbortController();
    const recordings = ['a', 'b', 'c'].map((name) => recording(`${name}.csv`, csv([0, 9e6])));
    const done = replayRecordings(sink, recordings, {
      rate: 1,
      pauseMs: 500,
      decoding: { timeUnit: 'us' },
      signal: abort.signal,
    });
    await vi.advanceTimersByTimeAsync(9_000);
    expect(sink.messages).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(499);
    expect(sink.segments).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(2);
    expect(sink.segments).toHaveLength(2);
    abort.abort();
    await done;
    expect(sink.messages).toHaveLength(3);
  });
});

describe('what is sent', () => {
  it('begins each recording with its own sensor, known before its events, none where it does not say', async () => {
    const sink = new NotingSink();
    const sensor = { width: 128, height: 128 };
    const file = new Aedat2Encoder().push(at([1, 2], sensor));
    const bytewise = Array.from(file, (byte) => Uint8Array.of(byte));
    const began: string[] = [];
    await replayRecordings(
      sink,
      [
        { ...recording('a.aedat', ...bytewise), label: 'x' },
        recording('b.csv', new TextEncoder().encode('t_us,x,y,p\n1,1,1,1\n')),
        recording('c.csv', new TextEncoder().encode('t_us,x,y,p\n')),
      ],
      { rate: 'max', onSegment: (name) => began.push(name) },
    );
    expect(sink.segments).toEqual([
      { name: 'a.aedat', label: 'x', sensor },
      { name: 'b.csv', label: null },
      { name: 'c.csv', label: null },
    ]);
    expect(began).toEqual(['a.aedat', 'b.csv', 'c.csv']);
  });

  it('a stretch never goes back in time', async () => {
    const sink = new NotingSink();
    await replayRecordings(sink, [recording('a.csv', csv([10, 5, 5, 7, 6]))], {
      rate: 'max',
      decoding: { timeUnit: 'us' },
    });
    expect(sink.messages.map(({ times }) => times)).toEqual([[10], [5, 5, 7], [6]]);
  });

  it.each([true, false])('memory is used again only where the sink copies: %s', async (copies) => {
    const sink = new NotingSink(copies);
    const encoder = new Aedat2Encoder();
    const times = Array.from({ length: 60_000 }, (_, i) => i);
    await replayRecordings(
      sink,
      [recording('a.aedat', encoder.push(at(times, { width: 128, height: 128 })))],
      {
        rate: 'max',
      },
    );
    const kept = sink.batches.flatMap((batch) => [...batch.t]);
    if (copies) expect(kept).not.toEqual(times);
    else expect(kept).toEqual(times);
    expect(sink.messages.flatMap((message) => message.times)).toEqual(times);
  });

  it('the good events in front of damage, whose error names the recording', async () => {
    const sink = new NotingSink();
    const good = new TextEncoder().encode('t,x,y,p\n1,1,1,1\n2,1,1,1\n');
    const bad = new TextEncoder().encode('3,one,1,1\n4,1,1,1\n');
    const failure = replayRecordings(sink, [recording('day 7.csv', good, bad), recording('next.csv', good)], {
      rate: 'max',
      decoding: { timeUnit: 'us', policy: 'strict' },
    });
    await expect(failure).rejects.toBeInstanceOf(RecordingError);
    await expect(failure).rejects.toMatchObject({
      message: expect.stringMatching(/^day 7\.csv: /) as string,
    });
    expect(sink.messages.flatMap(({ times }) => times)).toEqual([1, 2]);
    expect(sink.segments.map(({ name }) => name)).toEqual(['day 7.csv']);
  });

  it("a sink's own error is no fault of the recording", async () => {
    const sink = new NotingSink();
    sink.sendEvents = async () => {
      throw new TypeError('full');
    };
    const failure = replayRecordings(sink, [recording('a.csv', csv([1]))], {
      rate: 'max',
      decoding: { timeUnit: 'us' },
    });
    await expect(failure).rejects.toThrow(new TypeError('full'));
  });
});
