/** Many cameras in real time on one core: what is lost, and how long decisions take behind their windows. */
import { setTimeout as wait } from 'node:timers/promises';
import { latencySummary, replayingCameras } from './cameras.mjs';
import { ServerProcess } from './server.mjs';

/** Cameras join, and code is compiled while it runs the first times: told apart from what follows. */
const START_SECONDS = 10;

export async function realtime({ cameras, seconds }) {
  const server = await ServerProcess.start('--max-cameras', String(cameras));
  const abort = new AbortController();
  try {
    const begun = performance.now();
    const running = await replayingCameras(server, cameras, abort.signal);
    await wait(begun + 1000 * START_SECONDS - performance.now());
    const [cpuBefore, startedAt] = [server.cpuMillis, performance.now()];
    await wait(1000 * seconds);
    const endedAt = performance.now();
    const cpuShare = (server.cpuMillis - cpuBefore) / (endedAt - startedAt);
    abort.abort();
    const ended = await Promise.all(running);
    const lost = ended.flatMap(({ dropped, sequenceGaps, unreadDecisions }) => {
      const { 'incomplete-window': _, ...counts } = { ...dropped, sequenceGaps, unreadDecisions };
      return Object.entries(counts).filter(([, count]) => count > 0);
    });
    const decisions = ended.flatMap((camera) => camera.decisions);
    const within = (from, to) =>
      decisions.filter(({ at }) => at >= from && at < to).map(({ latencyMs }) => latencyMs);
    const measured = within(startedAt, endedAt);
    return {
      cameras,
      seconds,
      cpuShareOfOneCore: cpuShare,
      eventsPerSecond: ended.reduce((sum, { events }) => sum + events, 0) / ((endedAt - begun) / 1000),
      decisions: measured.length,
      lost,
      latencyMs: latencySummary(measured),
      latencyMsWhileStarting: latencySummary(within(begun, startedAt)),
    };
  } finally {
    abort.abort();
    await server.stop();
  }
}
