/** Many cameras in real time on one core: what is lost, and how long decisions take behind their windows. */
import { setTimeout as wait } from 'node:timers/promises';
import { percentile } from '../../dist/src/index.js';
import { summary } from '../machine.mjs';
import { replayingCameras } from './cameras.mjs';
import { ServerProcess } from './server.mjs';

/** Code is compiled while it runs the first times: other cameras see that. */
async function warmedUp(server, cameras) {
  const abort = new AbortController();
  const running = await replayingCameras(server, cameras, abort.signal);
  await wait(4000);
  abort.abort();
  await Promise.all(running);
}

export async function realtime({ cameras, seconds }) {
  const server = await ServerProcess.start('--max-cameras', String(cameras));
  const abort = new AbortController();
  try {
    await warmedUp(server, cameras);
    const running = await replayingCameras(server, cameras, abort.signal);
    const [cpuBefore, startedAt] = [server.cpuMillis, performance.now()];
    await wait(1000 * seconds);
    const cpuShare = (server.cpuMillis - cpuBefore) / (performance.now() - startedAt);
    abort.abort();
    const ended = await Promise.all(running);
    const lost = ended.flatMap(({ dropped, sequenceGaps, unreadDecisions }) => {
      const { 'incomplete-window': _, ...counts } = { ...dropped, sequenceGaps, unreadDecisions };
      return Object.entries(counts).filter(([, count]) => count > 0);
    });
    const latencies = ended.flatMap((camera) => camera.latencies).sort((a, b) => a - b);
    return {
      cameras,
      seconds,
      cpuShareOfOneCore: cpuShare,
      eventsPerSecond: ended.reduce((sum, { events }) => sum + events, 0) / seconds,
      decisions: latencies.length,
      lost,
      latencyMs: { ...summary(latencies), p99: percentile(latencies, 0.99) },
    };
  } finally {
    abort.abort();
    await server.stop();
  }
}
