/**
 * One camera sends far more than the server can take, others stream as cameras do. How old is what is decided, what does it
 * cost the others, does the server answer and end?
 */
import { setTimeout as wait } from 'node:timers/promises';
import { sliceBatch } from '../../dist/src/index.js';
import { CameraClient, openNodeSocket, ViewerClient } from '../../dist/src/live/index.js';
import { summary } from '../machine.mjs';
import { latencySummary, replayingCameras } from './cameras.mjs';
import { ServerProcess } from './server.mjs';
import { eventsOf, SENSOR } from './streams.mjs';

/** So sparse that the model is what cannot follow. */
const batch = eventsOf('C', 2 ** 20);
/** So many that one in a hundred of their decisions is more than a handful. */
const OTHERS = 8;
/** Until the others have joined and the server has compiled what they need: not measured. */
const START_SECONDS = 4;
const MICROS_PER_EVENT = (batch.t[batch.length - 1] - batch.t[0]) / batch.length;

/** Sends as fast as it is taken until the signal. @returns recorded seconds for each second. */
async function flood(server, policy, signal, camera = 'flood') {
  const client = new CameraClient({
    url: server.ingest,
    hello: { camera, sensor: SENSOR, payload: 'events', policy },
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

/** Several cameras at their own speed, what `during` does beside them, and what `/healthz` takes meanwhile. */
async function othersOf(server, seconds, during) {
  const abort = new AbortController();
  const others = replayingCameras(server, OTHERS, abort.signal);
  const flooding = during?.(abort.signal);
  await wait(1000 * START_SECONDS);
  const [from, health] = [performance.now(), []];
  while (performance.now() < from + 1000 * seconds) {
    health.push(await server.healthMillis());
    await wait(200);
  }
  abort.abort();
  const speed = await flooding;
  const ended = await Promise.all(await others);
  const decisions = ended.flatMap((camera) => camera.decisions).filter(({ at }) => at >= from);
  return {
    latencies: decisions.map(({ latencyMs }) => latencyMs),
    health,
    lost: ended.map(({ dropped: { 'incomplete-window': _, ...lost } }) => lost),
    ...(speed && { speed }),
  };
}

const pooled = (rounds) => ({
  ...(rounds[0].speed && { floodSpeed: summary(rounds.map(({ speed }) => speed)) }),
  latencyMs: latencySummary(rounds.flatMap(({ latencies }) => latencies)),
  lost: rounds.flatMap(({ lost }) => lost).filter((counts) => Object.keys(counts).length > 0),
  healthMs: summary(rounds.flatMap(({ health }) => health)),
});

async function underPolicy(policy, { rounds, seconds }) {
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
    const [alone, beside] = [[], []];
    for (let round = 0; round < rounds; round++) {
      alone.push(await othersOf(server, seconds));
      beside.push(await othersOf(server, seconds, (signal) => flood(server, policy, signal)));
    }
    const abort = new AbortController();
    let failed;
    // The name before may still be taken. At the end of the server it fails.
    const flooding = flood(server, policy, abort.signal, 'last flood').catch((error) => (failed = error));
    await wait(2000);
    if (failed !== undefined) throw failed;
    const stopped = await server.stop();
    abort.abort();
    await flooding;
    return {
      othersAlone: pooled(alone),
      othersBeside: pooled(beside),
      dataAgeMs: summary(ages),
      dropped,
      sigterm: stopped,
    };
  } finally {
    viewer.close();
  }
}

/** By policy. */
export async function overload(size) {
  const results = {};
  for (const policy of ['drop-oldest', 'drop-newest', 'pause'])
    results[policy] = await underPolicy(policy, size);
  return results;
}
