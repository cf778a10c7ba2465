/**
 * One camera sends ten times what the server can take, another one streams as cameras do. How old is what is decided, what does
 * it cost the other camera, does the server answer and end?
 */
import { setTimeout as wait } from 'node:timers/promises';
import { percentile, sliceBatch } from '../../dist/src/index.js';
import { CameraClient, openNodeSocket, ViewerClient } from '../../dist/src/live/index.js';
import { summary } from '../machine.mjs';
import { replayingCamera } from './cameras.mjs';
import { ServerProcess } from './server.mjs';
import { eventsOf, SENSOR } from './streams.mjs';

/** So sparse that the model is what cannot follow. */
const batch = eventsOf('C', 2 ** 20);
const MICROS_PER_EVENT = (batch.t[batch.length - 1] - batch.t[0]) / batch.length;

/** Sends as fast as it is taken until the signal. @returns recorded seconds for each second. */
async function flood(server, policy, signal) {
  const client = new CameraClient({
    url: server.ingest,
    hello: { camera: 'flood', sensor: SENSOR, payload: 'events', policy },
    createSocket: openNodeSocket,
  });
  client.decisions$.subscribe({ error: () => undefined });
  await client.connect();
  const startedAt = performance.now();
  let events = 0;
  while (!signal.aborted) {
    await client.startSegment({ name: 'flood', label: null });
    for (let at = 0; at < batch.length && !signal.aborted; at += 8192, events += 8192)
      await client.sendEvents(sliceBatch(batch, at, Math.min(at + 8192, batch.length)));
  }
  client.close();
  return (events * MICROS_PER_EVENT) / 1000 / (performance.now() - startedAt);
}

async function victimOf(server, seconds, during) {
  const abort = new AbortController();
  const victim = replayingCamera(server, 'victim', abort.signal);
  const flooding = during?.(abort.signal);
  const health = [];
  for (const until = performance.now() + 1000 * seconds; performance.now() < until; await wait(200))
    health.push(await server.healthMillis());
  abort.abort();
  const speed = await flooding;
  const { latencies, dropped } = await victim;
  latencies.sort((a, b) => a - b);
  return {
    ...(speed && { floodSpeed: speed }),
    p99: percentile(latencies, 0.99),
    decisions: latencies.length,
    dropped,
    healthMs: summary(health),
  };
}

async function underPolicy(policy, seconds) {
  const server = await ServerProcess.start();
  const viewer = new ViewerClient({
    url: server.ingest.replace(/ingest$/, 'view'),
    createSocket: openNodeSocket,
  });
  const ages = [];
  let dropped = {};
  viewer.stats$.subscribe((stats) => {
    if (stats.camera !== 'flood') return;
    if (stats.ageMs !== null) ages.push(stats.ageMs);
    dropped = stats.dropped;
  });
  viewer.connect();
  try {
    const alone = await victimOf(server, seconds);
    const beside = await victimOf(server, seconds, (signal) => flood(server, policy, signal));
    const abort = new AbortController();
    const flooding = flood(server, policy, abort.signal).catch(() => undefined);
    await wait(2000);
    const stopped = await server.stop();
    abort.abort();
    await flooding;
    return {
      victimAlone: alone,
      victimBeside: beside,
      dataAgeMs: summary(ages),
      dropped,
      sigterm: stopped,
    };
  } finally {
    viewer.close();
  }
}

/** By policy. */
export async function overload({ seconds }) {
  const results = {};
  for (const policy of ['drop-oldest', 'drop-newest', 'pause'])
    results[policy] = await underPolicy(policy, seconds);
  return results;
}
