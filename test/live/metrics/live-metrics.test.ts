import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { sliceBatch } from '../../../src/events/index.ts';
import { createEngine, timeLayers } from '../../../src/inference/index.ts';
import { randomModel } from '../../../src/network/index.ts';
import { encodeEvents, ServerProblems, SUBPROTOCOL, type LiveServer } from '../../../src/live/index.ts';
import { LiveMetrics, type LiveMetricsOptions } from '../../../src/live/metrics/index.ts';
import { camera, engine, HELLO, ingest, randomEvents, SENSOR, serve } from '../../helpers/live.ts';
import { scrape } from '../../helpers/scrape.ts';
import { steered } from '../../helpers/steered-engine.ts';

async function measured(
  options: LiveMetricsOptions = {},
  server: Parameters<typeof serve>[0] = {},
): Promise<LiveServer> {
  return serve({ ...server, extensions: [new LiveMetrics(options)] });
}

describe('/metrics', () => {
  it('counts to the last event and decision what a camera sent and got', async () => {
    const server = await measured();
    const events = randomEvents(5000, 1);
    const client = camera(server);
    const finals: string[] = [];
    client.decisions$.subscribe(({ final, label }) => final && finals.push(label));
    await client.connect();
    for (let at = 0; at < 5000; at += 100) {
      await client.sendEvents(sliceBatch(events, at, at + 100));
      // Looking often changes no total.
      if (at % 1000 === 0) await scrape(server);
    }
    const { dropped, decisions } = await client.end();
    await expect.poll(async () => (await scrape(server)).get('saccade_cameras')).toBe(0);
    const seen = await scrape(server);
    const on = events.p.reduce((sum, p) => sum + p, 0);
    expect(seen.get('saccade_events_total{camera="test",polarity="on"}')).toBe(on);
    expect(seen.get('saccade_events_total{camera="test",polarity="off"}')).toBe(5000 - on);
    expect(seen.get('saccade_messages_total{camera="test"}')).toBe(51);
    expect(seen.get('saccade_received_bytes_total{camera="test"}')).toBe(51 * 24 + 5000 * 8);
    expect(seen.get('saccade_camera_decisions_total{camera="test"}')).toBe(decisions);
    for (const [reason, count] of Object.entries(dropped))
      expect(seen.get(`saccade_events_dropped_total{camera="test",reason="${reason}"}`)).toBe(count);
    for (const label of new Set(finals))
      expect(seen.get(`saccade_decisions_total{class="${label}"}`)).toBe(
        finals.filter((other) => other === label).length,
      );
    expect(seen.get('saccade_inference_seconds_count')).toBe(3 * decisions);
    expect(seen.get('saccade_event_to_decision_seconds_count')).toBe(3 * decisions);
    expect(seen.get('saccade_data_age_seconds_count')).toBe(3 * decisions);
    expect(seen.get('nodejs_eventloop_lag_seconds')).toBeGreaterThanOrEqual(0);
    expect(seen.get('process_resident_memory_bytes')).toBeGreaterThan(1e6);
  });

  it('says which problems are there, and not those that are over', async () => {
    const problems = new ServerProblems();
    const server = await measured({ problems }, { problems });
    const active = async (): Promise<string[]> =>
      [...(await scrape(server))]
        .map(([key, value]) => `${key} ${value}`)
        .filter((line) => /_problem/.test(line));
    expect(await active()).toEqual(['saccade_problems 0']);
    for (const code of ['log-unwritable', 'stdout-closed', 'log-unwritable'])
      problems.note(code, 'So it is.');
    expect(await active()).toEqual([
      'saccade_problems 2',
      'saccade_problem_active{code="log-unwritable"} 1',
      'saccade_problem_active{code="stdout-closed"} 1',
    ]);
    problems.clear('log-unwritable');
    expect(await active()).toEqual(['saccade_problems 1', 'saccade_problem_active{code="stdout-closed"} 1']);
  });

  it('flushed decisions are counted as such, and are no latency', async () => {
    const server = await measured({}, { limits: { flushAfterMs: 30 } });
    const client = camera(server);
    await client.connect();
    await client.sendEvents(randomEvents(20, 1));
    await expect
      .poll(async () => (await scrape(server)).get('saccade_decisions_flushed_total{camera="test"}'))
      .toBe(1);
    const seen = await scrape(server);
    expect(seen.get('saccade_inference_seconds_count')).toBe(3);
    expect(seen.get('saccade_event_to_decision_seconds_count')).toBeLessThan(3);
  });

  it('shows gaps, the queue and its age while the engine is behind, and forgets them then', async () => {
    const slow = steered(engine);
    const server = await measured({}, { engine: slow.engine, limits: { maxReadyQueueAgeMs: 200 } });
    const ready = async (): Promise<number> => (await fetch(`${server.url}readyz`)).status;
    const socket = new WebSocket(ingest(server), [SUBPROTOCOL]);
    await new Promise((resolve) => socket.once('open', resolve));
    socket.send(HELLO);
    socket.send(encodeEvents(0, randomEvents(2000, 1)));
    socket.send(encodeEvents(4, randomEvents(10, 1, 50_000)));
    const queue = 'saccade_queue_steps{camera="raw"}';
    await expect.poll(async () => (await scrape(server)).get(queue)).toBeGreaterThan(0);
    await expect.poll(ready).toBe(503);
    const seen = await scrape(server);
    expect(seen.get('saccade_sequence_gaps_total{camera="raw"}')).toBe(3);
    expect(seen.get('saccade_queue_age_seconds{camera="raw"}')).toBeGreaterThan(0.2);
    expect(await (await fetch(`${server.url}readyz`)).json()).toMatchObject({
      ready: false,
      problems: [expect.stringMatching(/waited for \d+ ms, more than 200/)],
    });
    slow.release();
    await expect.poll(async () => (await scrape(server)).get(queue)).toBe(0);
    expect(await ready()).toBe(200);
    socket.close();
  });

  it('cameras beyond the limit share a label, and those that are gone are forgotten', async () => {
    const server = await measured({ limits: { maxMetricCameras: 2, metricsForgetMs: 300 } });
    for (const name of ['a', 'b', 'c', 'd']) {
      const client = camera(server, { camera: name });
      await client.connect();
      await client.sendEvents(randomEvents(10, 1));
      await client.end();
    }
    const cameras = async (): Promise<Set<string | undefined>> =>
      new Set(
        [...(await scrape(server)).keys()].map((key) => /camera="([^"]*)"/.exec(key)?.[1]).filter(Boolean),
      );
    expect(await cameras()).toEqual(new Set(['a', 'b', 'other']));
    expect((await scrape(server)).get('saccade_messages_total{camera="other"}')).toBe(4);
    await expect.poll(cameras).toEqual(new Set(['other']));
  });

  it('tells the time of layers by groups', async () => {
    const metrics = new LiveMetrics();
    const own = timeLayers(await createEngine(randomModel({ steps: 3, ...SENSOR })), metrics.onLayerTime);
    const server = await serve({ engine: own, extensions: [metrics] });
    const client = camera(server);
    await client.connect();
    await client.sendEvents(randomEvents(5000, 1));
    await client.end();
    const seen = await scrape(server);
    const layers = [...seen].filter(([key]) => key.startsWith('saccade_layer_seconds_total'));
    expect(layers.length).toBeGreaterThan(1);
    const sum = layers.reduce((total, [, seconds]) => total + seconds, 0);
    expect(sum).toBeGreaterThan(0);
    expect(sum).toBeLessThan(seen.get('saccade_inference_seconds_sum')!);
    own.dispose();
  });

  it('is for tokens that may watch, and for those for it alone', async () => {
    const secret = (name: string): string => `${name}-secret-of-the-test`;
    const server = await measured(
      {},
      {
        tokens: [
          { name: 'camera', secret: secret('camera'), cameras: ['*'] },
          { name: 'viewer', secret: secret('viewer'), view: true },
          { name: 'prometheus', secret: secret('prometheus'), metrics: true },
        ],
        modelFile: new Uint8Array(1),
      },
    );
    const status = async (path: string, name?: string): Promise<number> =>
      (
        await fetch(`${server.url}${path}`, {
          headers: name === undefined ? {} : { authorization: `Bearer ${secret(name)}` },
        })
      ).status;
    expect(await status('metrics')).toBe(401);
    expect(await status('metrics', 'camera')).toBe(403);
    expect(await status('metrics', 'viewer')).toBe(200);
    expect(await status('metrics', 'prometheus')).toBe(200);
    expect(await status('model', 'prometheus')).toBe(403);
    expect(await status('readyz')).toBe(200);
  });
});

describe('extensions', () => {
  it('say whether the server is ready, see who leaves, and are closed last', async () => {
    const seen: string[] = [];
    let problem: string | null = 'no broker';
    const server = await serve({
      extensions: [
        {
          problem: () => problem,
          onLeave: ({ name }) => void seen.push(`${name} left`),
          close: async () => void seen.push('closed'),
        },
      ],
    });
    expect(await (await fetch(`${server.url}readyz`)).json()).toEqual({
      ready: false,
      problems: ['no broker'],
    });
    problem = null;
    expect((await fetch(`${server.url}readyz`)).status).toBe(200);
    await camera(server).connect();
    await server.close();
    expect(seen).toEqual(['test left', 'closed']);
  });
});
