/** What one connection costs the server: events for each second of its CPU time, all it does with them included. */
import { CameraClient, openNodeSocket } from '../../dist/src/live/index.js';
import { sliceBatch } from '../../dist/src/index.js';
import { summary } from '../machine.mjs';
import { ServerProcess } from './server.mjs';
import { aedat2Of, eventsOf, SENSOR } from './streams.mjs';

/** Events of a message: what a camera of 1.9 M events/s makes in 8 ms. */
const MESSAGE_EVENTS = 16_384;
const RAW_BYTES = 256 * 1024;

function eventsWay(batch) {
  const messages = [];
  for (let at = 0; at < batch.length; at += MESSAGE_EVENTS)
    messages.push(sliceBatch(batch, at, Math.min(at + MESSAGE_EVENTS, batch.length)));
  return {
    payload: 'events',
    send: async (client) => {
      for (const message of messages) await client.sendEvents(message);
    },
  };
}

function rawWay(batch) {
  const bytes = aedat2Of(batch);
  return {
    payload: 'raw',
    send: async (client) => {
      for (let at = 0; at < bytes.length; at += RAW_BYTES)
        await client.sendBytes(bytes.subarray(at, at + RAW_BYTES));
    },
  };
}

/** Streams of so many events; the sparse one's cost is the model's, which runs however little happens. */
function contestants(events) {
  const dense = eventsOf('rows', events);
  const sparse = eventsOf('C', events >> 6);
  return [
    { name: 'event batches, 1.9 M events/s', events: dense.length, ...eventsWay(dense) },
    { name: 'raw AEDAT 2, 1.9 M events/s', events: dense.length, ...rawWay(dense) },
    { name: 'event batches, 11 k events/s', events: sparse.length, ...eventsWay(sparse) },
    { name: 'raw AEDAT 2, 11 k events/s', events: sparse.length, ...rawWay(sparse) },
  ];
}

async function once(server, { payload, send, events, name }) {
  const sensor = payload === 'raw' ? null : SENSOR;
  const client = new CameraClient({
    url: server.ingest,
    hello: {
      camera: 'bench',
      sensor,
      payload,
      policy: 'pause',
      ...(payload === 'raw' && { fileName: 'bench.aedat' }),
    },
    createSocket: openNodeSocket,
  });
  await client.connect();
  const before = server.cpuMillis;
  await client.startSegment({ name, label: null });
  await send(client);
  const end = await client.end();
  const cpuMillis = server.cpuMillis - before;
  const { 'incomplete-window': _, ...lost } = end.dropped;
  if (end.events !== events || Object.keys(lost).length > 0)
    throw new Error(`${name}: ${end.events} of ${events} events, lost ${JSON.stringify(lost)}`);
  return { rate: events / cpuMillis / 1000, decisions: end.decisions };
}

/** Million events per CPU second of the server, by stream. */
export async function throughput({ rounds, events }) {
  const server = await ServerProcess.start();
  const list = contestants(events);
  const rates = new Map(list.map(({ name }) => [name, []]));
  try {
    // The first round warms the server's code.
    for (let round = 0; round <= rounds; round++)
      for (const contestant of list) {
        const { rate } = await once(server, contestant);
        if (round > 0) rates.get(contestant.name).push(rate);
      }
  } finally {
    await server.stop();
  }
  return Object.fromEntries([...rates].map(([name, values]) => [name, summary(values)]));
}
