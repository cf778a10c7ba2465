/** What is answered over HTTP, apart from the files of the dashboard. A new answer is a new file and a line in the server's list. */
import type { ServerResponse } from 'node:http';
import type { AccessKind } from '../access/access.ts';
import type { ServerProblems } from '../server-problems.ts';

/** One path. */
export interface HttpRoute {
  readonly path: string;
  /** What a token must open for it; `page`: none is needed, as for the page itself; `everyone`: nothing is asked. */
  readonly access: AccessKind | 'page' | 'everyone';
  readonly answer: (response: ServerResponse) => void | Promise<void>;
}

/** Whether the server runs and takes cameras: 200, or 503 while it ends. What is wrong all the same is in the body. */
export function healthRoute(isDraining: () => boolean, problems: ServerProblems): HttpRoute {
  return {
    path: '/healthz',
    access: 'everyone',
    answer: (response) => {
      const draining = isDraining();
      const body = { status: draining ? 'shutting down' : 'ok', problems: problems.list };
      response
        .writeHead(draining ? 503 : 200, { 'content-type': 'application/json', 'cache-control': 'no-store' })
        .end(`${JSON.stringify(body)}\n`);
    },
  };
}

/** The bytes of the model file, for dashboards that classify in the page. */
export function modelRoute(modelFile: () => Uint8Array | undefined): HttpRoute {
  return {
    path: '/model',
    access: 'view',
    answer: (response) => {
      const bytes = modelFile();
      if (bytes === undefined) {
        response.writeHead(404).end();
        return;
      }
      response
        .writeHead(200, {
          'content-type': 'application/octet-stream',
          'x-content-type-options': 'nosniff',
          'cache-control': 'no-cache',
        })
        .end(bytes);
    },
  };
}
