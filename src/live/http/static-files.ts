/** Serves the built dashboard. */
import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import path from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.map': 'application/json',
};

/** uPlot sets inline styles, the engine is WebAssembly; nothing else is let in. */
const CONTENT_SECURITY_POLICY =
  "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; connect-src 'self' ws: wss:; img-src 'self' data:; frame-ancestors 'none'";

/** Answers a GET with a file below `root`, 404 otherwise. @param pathname decoded. */
export async function serveStatic(
  root: string | undefined,
  pathname: string,
  method: string | undefined,
  response: ServerResponse,
): Promise<void> {
  const name = pathname === '/' ? '/index.html' : pathname;
  const file = root === undefined ? undefined : path.join(root, path.normalize(name));
  const type = TYPES[path.extname(name)];
  const inside = file !== undefined && file.startsWith(path.resolve(root!) + path.sep);
  const content = inside && type !== undefined ? await readFile(file).catch(() => undefined) : undefined;
  if (content === undefined || (method !== 'GET' && method !== 'HEAD')) {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('There is nothing here.\n');
    return;
  }
  response
    .writeHead(200, {
      'content-type': type,
      'content-security-policy': CONTENT_SECURITY_POLICY,
      // Cross-origin isolation: the page's engine may share memory with worker threads.
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': name === '/index.html' ? 'no-cache' : 'public, max-age=31536000, immutable',
    })
    .end(content);
}
