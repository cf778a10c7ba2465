import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { batchFromTuples, type EventBatch } from '../../src/events/index.ts';
import { CsvEncoder } from '../../src/formats/index.ts';
import { createOracleEngine } from '../../src/inference/index.ts';
import { directTarget, measureLatency, websocketTarget } from '../../src/latency/index.ts';
import type { ReplayRecording } from '../../src/live/index.ts';
import { randomModel } from '../../src/network/index.ts';

const at = (...times: number[]): EventBatch => batchFromTuples(times.map((t) => [t, 1, 1, 1]));
const recording = (name: string, label: string | null = null, events = at(0)): ReplayRecording => ({
  name,
  label,
  open: async function* () {
    const encoder = new CsvEncoder();
    yield encoder.push(events);
    yield encoder.finish();
  },
});

const model = randomModel({ steps: 2 });
const options = { model, rate: 1, repeat: 1, warmup: 0 };

describe('targets', () => {
  it('the WebSocket one has a name of its own for every run', async () => {
    const main = path.resolve(import.meta.dirname, 'names-stay-taken.mjs');
    const target = await websocketTarget({ main, modelFile: 'none' });
    try {
      const run = (): Promise<unknown> =>
        target.run(
          [recording('a.csv')],
          100,
          () => undefined,
          () => undefined,
          () => undefined,
        );
      for (let i = 0; i < 3; i++) expect(await run()).toMatchObject({ type: 'end' });
    } finally {
      await target.close();
      await target.close();
    }
  });

  it('a server that does not start is an error', async () => {
    await expect(websocketTarget({ main: 'no-such-file.js', modelFile: 'none' })).rejects.toThrow('code 1');
  });

  it('the direct one decides every step of every recording', async () => {
    const engine = createOracleEngine(randomModel({ steps: 2 }));
    const events = batchFromTuples(Array.from({ length: 50 }, (_, i) => [i * 100, i % 8, i % 5, i % 2]));
    const { report, samples } = await measureLatency({
      ...options,
      target: directTarget(engine),
      recordings: [recording('a.csv', '0', events)],
    });
    expect(report.events).toBe(50);
    // 4.9 ms in windows of two steps of a millisecond: two whole ones, and what is left is no window.
    expect(samples.filter(({ final }) => final)).toHaveLength(2);
    expect(samples.every(({ delayMs }) => delayMs > 0)).toBe(true);
    engine.dispose();
  });

  it('the direct one takes the sensor from who states it, and tells a fault', async () => {
    const engine = createOracleEngine(randomModel({ steps: 2, width: 8, height: 8 }));
    const far = batchFromTuples(Array.from({ length: 300 }, (_, i) => [i * 50, 12, 12, 1]));
    const run = (geometry?: { width: number; height: number }): ReturnType<typeof measureLatency> =>
      measureLatency({
        ...options,
        target: directTarget(engine, geometry && { geometry }),
        rate: 10,
        recordings: [recording('a.csv', '0', far)],
      });
    await expect(run()).rejects.toThrow(expect.objectContaining({ code: 'MOSTLY_OUTSIDE' }));
    const { report, samples } = await run({ width: 16, height: 16 });
    expect(report).toMatchObject({ path: 'direct', events: 300, sequenceGaps: 0 });
    expect(report.dropped['outside-sensor']).toBeUndefined();
    // All of them, in the order of windows and steps.
    const places = samples.map(({ window, step }) => 2 * window + step);
    expect(places.length).toBeGreaterThan(10);
    expect(places).toEqual(places.map((_, i) => i));
    engine.dispose();
  });
});
