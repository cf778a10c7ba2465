/** What is answered over HTTP, apart from the files of the dashboard. A new answer is a new file and a line in the server's list. */
import type { ServerResponse } from 'node:http';
import type { AccessKind } from '../access/access.ts';

/** One path. */
export interface HttpRoute {
  readonly path: string;
  /** What a token must open for it; `page`: none is needed, as for the page itself; `everyone`: nothing is asked. */
  readonly access: AccessKind | 'page' | 'everyone';
  readonly answer: (response: ServerResponse) => void | Promise<void>;
}

/** Whether the server runs and takes cameras. */
export function healthRoute(isDraining: () => boolean): HttpRoute {
  return {
    path: '/healthz',
    access: 'everyone',
    answer: (response) => {
      response.writeHead(isDraining() ? 503 : 200).end();
    },
  };
}

/** The bytes of the model file, for dashboards that classify in the page. */
export function modelRoute(modelFile: () => Uint8Array): HttpRoute {
  return {
    path: '/model',
    access: 'view',
    answer: (response) => {
      response
        .writeHead(200, {
          'content-type': 'application/octet-stream',
          'x-content-type-options': 'nosniff',
          'cache-control': 'no-cache',
        })
        .end(modelFile());
    },
  };
}
