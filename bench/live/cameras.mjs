/** Cameras that stream N-MNIST recordings at their own speed, over and over. */
import { CameraClient, openNodeSocket, replayRecordings } from '../../dist/src/live/index.js';
import { percentile } from '../../dist/src/index.js';
import { summary } from '../machine.mjs';
import { nmnistRecordings } from './streams.mjs';

/** A camera that replays until the signal. @returns its decisions with their latencies, milliseconds, and what it lost. */
export async function replayingCamera(server, name, signal) {
  const client = new CameraClient({
    url: server.ingest,
    hello: { camera: name, sensor: null, payload: 'events', policy: 'drop-oldest' },
    createSocket: openNodeSocket,
  });
  const decisions = [];
  client.decisions$.subscribe({
    next: ({ final, flushed, latencyMs }) => {
      if (final && !flushed) decisions.push({ at: performance.now(), latencyMs });
    },
    error: () => undefined,
  });
  await client.connect();
  const recordings = nmnistRecordings();
  while (!signal.aborted) await replayRecordings(client, recordings, { rate: 1, signal });
  const { dropped, events, sequenceGaps, unreadDecisions } = await client.end();
  return { decisions, dropped, events, sequenceGaps, unreadDecisions };
}

/** Starts cameras spread over a second, as they would not all begin at once. */
export async function replayingCameras(server, count, signal) {
  const running = [];
  for (let i = 0; i < count; i++) {
    running.push(replayingCamera(server, `camera-${i}`, signal));
    await new Promise((resolve) => setTimeout(resolve, 1000 / count));
  }
  return running;
}

/** Of decisions' latencies, milliseconds. */
export function latencySummary(latencies) {
  const sorted = latencies.toSorted((a, b) => a - b);
  return { ...summary(sorted), p99: percentile(sorted, 0.99) };
}
