/** Filters that hold events hold no more than they may. */
import { firstValueFrom, from, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { filterEvents } from '../../operators/index.ts';
import {
  allocateEvents,
  batchOf,
  concatBatches,
  sliceBatch,
  type EventBatch,
} from '../../src/events/index.ts';
import { DEFAULT_MAX_HELD_EVENTS, FilterChain, filterSpec } from '../../src/filters/index.ts';
import { FRAME_RULE_DEFAULTS } from '../../src/frames/index.ts';
import { EventStream, FrameStream } from '../../src/pipeline/index.ts';
import { eventsOf } from './streams.ts';

const SENSOR = { width: 9, height: 7 };
const HOLDING = [
  { filter: 'reverse-time' },
  { filter: 'drop', by: 'time', share: 0.5, seed: 1 },
  { filter: 'hot-pixels', learn: 'recording', maxHz: 1e6 },
  // Time goes on by 1 µs an event, and it waits for 8 standard deviations.
  { filter: 'time-jitter', stdMicros: 1000, seed: 1 },
].map(filterSpec);

/** So many events of one segment, 1 µs apart. */
function recording(events: number, segment = 0): EventBatch {
  const arrays = allocateEvents(events);
  for (let i = 0; i < events; i++) {
    arrays.t[i] = i;
    arrays.x[i] = i % SENSOR.width;
    arrays.y[i] = i % SENSOR.height;
    arrays.p[i] = i & 1;
  }
  return batchOf(arrays, events, SENSOR, segment);
}

const cut = (batch: EventBatch, size: number): EventBatch[] =>
  Array.from({ length: Math.ceil(batch.length / size) }, (_, i) =>
    sliceBatch(batch, i * size, Math.min(batch.length, (i + 1) * size)),
  );
const tooMany = expect.objectContaining({ code: 'TOO_MANY_HELD' }) as Error;

describe.each(HOLDING.map((spec) => [spec.filter, spec] as const))('%s', (id, spec) => {
  it('holds as many as it may, and one more is an error that says what to do', () => {
    const chain = new FilterChain([spec], { maxHeldEvents: 500 });
    for (const batch of cut(recording(500), 7)) chain.push(batch);
    expect(chain.held).toBe(500);
    expect(() => chain.push(sliceBatch(recording(501), 500, 501))).toThrow(
      expect.objectContaining({
        code: 'TOO_MANY_HELD',
        filter: id,
        message: expect.stringMatching(new RegExp(`More than 500 events.*${id}.*segment 0.*maxHeldEvents`)),
      }),
    );
    // What waited is gone, and so is its memory.
    expect(chain.held).toBe(0);
    expect(chain.finish()).toEqual([]);
  });

  it('may go through as many segments as there are', () => {
    const all = Array.from({ length: 5 }, (_, segment) => recording(400, segment));
    const limited = new FilterChain([spec], { maxHeldEvents: 400 });
    const free = new FilterChain([spec], { maxHeldEvents: Infinity });
    const [left, expected] = [limited, free].map((chain) =>
      eventsOf([...all.flatMap((batch) => chain.push(batch)), ...chain.finish()]),
    );
    expect(left).toEqual(expected);
    expect(left!.length).toBeGreaterThan(500);
  });

  it('is bounded on every way to frames, events and files', async () => {
    const rule = {
      ...FRAME_RULE_DEFAULTS,
      ...{ sensor: SENSOR, filters: [spec] },
      binning: { by: 'number', steps: 2 },
    } as const;
    const batches = cut(recording(2000), 100);
    for (const stream of [
      new FrameStream({ rule, maxHeldEvents: 1000 }),
      new EventStream({ rule: { ...rule, countType: 'uint32' }, maxHeldEvents: 1000 }),
    ])
      expect(() => {
        for (const batch of batches) stream.push(batch);
      }).toThrow(tooMany);
    const filtered = from(batches).pipe(filterEvents([spec], { maxHeldEvents: 1000 }), toArray());
    await expect(firstValueFrom(filtered)).rejects.toThrow(tooMany);
    const enough = from(batches).pipe(filterEvents([spec], { maxHeldEvents: 2000 }), toArray());
    expect(concatBatches(await firstValueFrom(enough)).length).toBeGreaterThan(900);
  });
});

describe('events that are held', () => {
  it('take 13 bytes each, however small the batches are that they come in', () => {
    const chain = new FilterChain([filterSpec({ filter: 'reverse-time' })]);
    const one = recording(1);
    const before = process.memoryUsage().arrayBuffers;
    chain.push(one);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100_000);
    for (let i = 1; i < 300_000; i++) chain.push(one);
    expect(chain.held).toBe(300_000);
    // One room is open, and others are made of powers of two.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(13 * (300_000 + 65_536) + 1_000_000);
    expect(chain.abandon()).toBe(300_000);
  });

  it('have a limit that nobody has to state, and which is a number', () => {
    expect(DEFAULT_MAX_HELD_EVENTS).toBe(67_108_864);
    for (const maxHeldEvents of [0, 1.5, NaN, -1])
      expect(() => new FilterChain([], { maxHeldEvents })).toThrow(
        expect.objectContaining({ code: 'BAD_OPTION', option: 'maxHeldEvents' }),
      );
  });
});
