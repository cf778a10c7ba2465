/** Whether work should be sent here: another question than whether the process runs. */
import type { LiveCamera } from '../camera/live-camera.ts';
import type { HttpRoute } from './routes.ts';

/** See {@link readyRoute}. */
export interface Readiness {
  readonly isDraining: () => boolean;
  readonly cameras: Iterable<LiveCamera>;
  readonly maxQueueAgeMs: number;
  /** What else is wrong: that a broker is gone, for example. */
  readonly others: () => readonly string[];
}

/** `/readyz`: 200, or 503 and why. A server without its model does not listen. */
export function readyRoute(readiness: Readiness): HttpRoute {
  return {
    path: '/readyz',
    access: 'everyone',
    answer: (response) => {
      const problems = problemsOf(readiness);
      response
        .writeHead(problems.length === 0 ? 200 : 503, {
          'content-type': 'application/json',
          'cache-control': 'no-store',
        })
        .end(`${JSON.stringify({ ready: problems.length === 0, problems })}\n`);
    },
  };
}

/** Without names of cameras: anyone may ask. */
function problemsOf({ isDraining, cameras, maxQueueAgeMs, others }: Readiness): string[] {
  const problems = [...others()];
  if (isDraining()) problems.push('shutting down');
  let oldest = 0;
  for (const camera of cameras) oldest = Math.max(oldest, camera.stats()?.queueAgeMs ?? 0);
  if (oldest > maxQueueAgeMs)
    problems.push(`a time step has waited for ${Math.round(oldest)} ms, more than ${maxQueueAgeMs}`);
  return problems;
}
