import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { batchFromTuples } from '../../src/events/index.ts';
import { createOracleEngine } from '../../src/inference/index.ts';
import {
  directTarget,
  ownServerTarget,
  serverTarget,
  type LatencyTarget,
  type TargetDecision,
} from '../../src/latency/index.ts';
import { ingest, serve } from '../helpers/live.ts';
import { measured, model, recordingOf, regular, SETTINGS } from '../helpers/latency.ts';

describe('targets', () => {
  it('a server of one’s own takes a name again only when it is free', async () => {
    const main = path.resolve(import.meta.dirname, 'names-stay-taken.mjs');
    const target = await ownServerTarget({ main, modelFile: 'none' });
    try {
      const connect = (name: string): ReturnType<LatencyTarget['connect']> =>
        target.connect({ name, policy: 'pause', onDecision: () => undefined });
      const camera = await connect('a');
      expect(await camera.end()).toMatchObject({ type: 'end' });
      await expect(connect('a')).rejects.toThrow(expect.objectContaining({ code: 'CAMERA_TAKEN' }));
      await (await connect('b')).end();
    } finally {
      await target.close();
      await target.close();
    }
  });

  it('a server that does not start is an error', async () => {
    await expect(ownServerTarget({ main: 'no-such-file.js', modelFile: 'none' })).rejects.toThrow('code 1');
  });

  it('a server elsewhere is measured through its socket, with its token; runs do not need names to be free', async () => {
    const engine = createOracleEngine(model);
    const tokens = [{ name: 'lab', secret: 'open-sesame-please', cameras: ['latency *'] }];
    const server = await serve({ engine, tokens });
    const url = ingest(server);
    await expect(serverTarget({ url }).connect({ name: 'latency', policy: 'pause', onDecision: () => undefined })).rejects.toThrow('401'); // prettier-ignore
    const { report, samples } = await measured({
      path: 'remote',
      url,
      conditions: [{ ...SETTINGS, threads: null, cameras: 2 }],
      rounds: 3,
      open: async () => serverTarget({ url, token: 'open-sesame-please' }),
    });
    for (const run of report.conditions[0]!.runs) {
      expect(run.steps).toEqual({ expected: 72, measured: 72, flushed: 0, unmeasured: 0, missing: 0 });
      // One process, one clock.
      expect(Math.abs(run.clock!.offsetMs)).toBeLessThanOrEqual(run.clock!.uncertaintyMs + 1e-3);
      expect(run.clock!.exchanges).toBeGreaterThanOrEqual(16);
      expect(run.sequenceGaps + run.sequenceRepeats).toBe(0);
    }
    for (const { stages, delayMs } of samples) {
      expect(stages!.reduce((a, b) => a + b, 0)).toBeCloseTo(delayMs, 6);
      // No part of a delay is negative, but for what is not known of the clock.
      for (const part of stages!) expect(part).toBeGreaterThan(-1);
    }
    engine.dispose();
  });

  it('the direct one decides every step of every recording, and has one clock', async () => {
    const engine = createOracleEngine(model);
    let closed = 0;
    const { report, samples } = await measured({
      path: 'direct',
      open: async () => directTarget(engine, {}, () => closed++),
    });
    expect(closed).toBe(2);
    const [run] = report.conditions[0]!.runs;
    expect(run).toMatchObject({ clock: null, steps: { expected: 12, measured: 12 } });
    expect(samples.every(({ delayMs }) => delayMs > 0)).toBe(true);
    expect(run!.stages!.reduce((a, b) => a + b, 0)).toBeCloseTo(run!.final.summary.mean, 1);
    engine.dispose();
  });

  it('the direct one takes the sensor from who states it, and tells a fault', async () => {
    const engine = createOracleEngine(model);
    const far = batchFromTuples(Array.from({ length: 300 }, (_, i) => [i * 50, 12, 12, 1]));
    const run = (geometry?: { width: number; height: number }): ReturnType<typeof measured> =>
      measured({
        recordings: [recordingOf('a.csv', far)],
        decoding: geometry === undefined ? {} : { geometry },
        repeats: 1,
        warmup: 0,
        open: async () => directTarget(engine, geometry === undefined ? {} : { geometry }),
      });
    await expect(run()).rejects.toThrow(/a\.csv.*outside the sensor/s);
    const { report } = await run({ width: 16, height: 16 });
    expect(report.conditions[0]!.runs[0]!.dropped['outside-sensor']).toBeUndefined();
    expect(report.conditions[0]!.runs[0]!.steps.missing).toBe(0);
    // The plan refuses it first; a fault on the way is told too.
    const camera = await directTarget(engine).connect({
      name: 'a',
      policy: 'pause',
      onDecision: () => undefined,
    });
    await camera.startSegment({ name: 'a', label: null });
    await camera.sendEvents(far);
    await expect(camera.end()).rejects.toThrow(expect.objectContaining({ code: 'MOSTLY_OUTSIDE' }));
    engine.dispose();
  });

  it('all say the same of the same events', async () => {
    const engine = createOracleEngine(model);
    const server = await serve({ engine });
    const answers: string[] = [];
    for (const target of [directTarget(engine), serverTarget({ url: ingest(server) })]) {
      const decisions: TargetDecision[] = [];
      const camera = await target.connect({
        name: 'a',
        policy: 'pause',
        onDecision: (own) => decisions.push(own),
      });
      await camera.startSegment({ name: '0 a', label: '1' });
      await camera.sendEvents(regular(9000));
      await camera.end();
      answers.push(JSON.stringify(decisions.map(({ label, scores, window, step, segment }) => [label, scores, window, step, segment]))); // prettier-ignore
    }
    expect(answers[0]).toBe(answers[1]);
    engine.dispose();
  });
});
