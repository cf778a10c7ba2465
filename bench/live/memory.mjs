/**
 * What the server holds while cameras come and go, and under abuse: resident bytes over time. All loads run at the same
 * time, each on a server of its own and at a steady pace, so that an hour of each takes an hour and leaves the machine
 * usable: far more passes in it than any limit holds.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { WebSocket } from 'ws';
import {
  CameraClient,
  encodeEvents,
  encodeSegment,
  openNodeSocket,
  SUBPROTOCOL,
} from '../../dist/src/live/index.js';
import { ServerProcess } from './server.mjs';
import { eventsOf, SENSOR } from './streams.mjs';

const BATCH = eventsOf('rows', 16_384);
/** Pause between two connections, messages or hundred segments of a load. */
const PACE_MS = 25;
const helloOf = (camera, policy) => ({ camera, sensor: SENSOR, payload: 'events', policy });

async function camera(server, name, policy = 'pause') {
  const client = new CameraClient({
    url: server.ingest,
    hello: helloOf(name, policy),
    createSocket: openNodeSocket,
  });
  client.decisions$.subscribe({ error: () => undefined });
  await client.connect();
  return client;
}

/** Cameras that come, send, and leave with or without a goodbye. */
async function churn(server, signal) {
  for (let i = 0; !signal.aborted; i++) {
    const client = await camera(server, `churn-${i}`);
    await client.startSegment({ name: `recording ${i}`, label: null });
    await client.sendEvents(BATCH);
    if (i % 2 === 0) await client.end();
    else client.close();
    await wait(PACE_MS);
  }
}

/** One that begins recordings and never sends any. */
async function emptySegments(server, signal) {
  const client = await camera(server, 'segments');
  for (let i = 0; !signal.aborted; i++) {
    await client.startSegment({ name: `segment ${i}`, label: null });
    if (i % 100 === 0) await wait(PACE_MS);
  }
  client.close();
}

/** One that sends and never reads what is decided. */
async function neverReads(server, signal, policy) {
  const socket = new WebSocket(server.ingest, [SUBPROTOCOL]);
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  socket.on('error', () => undefined);
  socket.send(JSON.stringify({ type: 'hello', ...helloOf('deaf', policy) }));
  await new Promise((resolve) => socket.once('message', resolve));
  socket.pause();
  for (let seq = 0; !signal.aborted; seq++) {
    if (seq % 20 === 0) socket.send(encodeSegment(seq++, { name: 'again', label: null }));
    socket.send(encodeEvents(seq, BATCH));
    do await wait(PACE_MS);
    while (socket.bufferedAmount > 2 ** 20 && !signal.aborted);
  }
  socket.terminate();
}

const LOADS = {
  churn,
  'empty segments': emptySegments,
  'decisions never read, drop-oldest': (server, signal) => neverReads(server, signal, 'drop-oldest'),
  'decisions never read, pause': (server, signal) => neverReads(server, signal, 'pause'),
};

async function megabytesUnder(load, seconds) {
  const server = await ServerProcess.start();
  const abort = new AbortController();
  try {
    const running = load(server, abort.signal).catch((error) => error);
    const megabytes = [];
    for (let i = 0; i < 30; i++) {
      await wait((1000 * seconds) / 30);
      megabytes.push(server.residentBytes / 1e6);
    }
    abort.abort();
    const failed = await running;
    if (failed instanceof Error) throw failed;
    return {
      seconds,
      settledMB: Math.max(...megabytes.slice(8, 12)),
      endMB: Math.max(...megabytes.slice(-4)),
    };
  } finally {
    abort.abort();
    await server.stop();
  }
}

/** Megabytes after a third of the time and at its end, by load. */
export async function memory({ seconds }) {
  const results = await Promise.all(
    Object.entries(LOADS).map(async ([name, load]) => [name, await megabytesUnder(load, seconds)]),
  );
  return Object.fromEntries(results);
}
