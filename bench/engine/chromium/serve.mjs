/** Builds the page and serves it on loopback, isolated across origins so that it may share memory between threads. */
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { build } from 'vite';

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' };

const HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** @param data what the page fetches, by name. */
export async function servePage(data) {
  const outDir = mkdtempSync(path.join(os.tmpdir(), 'saccade-bench-page-'));
  await build({
    root: import.meta.dirname,
    configFile: false,
    logLevel: 'error',
    build: { outDir, target: 'es2022', minify: false },
    worker: { format: 'es' },
  });
  const server = createServer(({ url }, response) => {
    const { pathname } = new URL(url, 'http://localhost');
    const body = pathname.startsWith('/data/') ? data.get(pathname.slice(6)) : file(outDir, pathname);
    const type =
      TYPES[path.extname(pathname)] ?? (pathname === '/' ? 'text/html' : 'application/octet-stream');
    response.writeHead(body === undefined ? 404 : 200, { ...HEADERS, 'Content-Type': type });
    response.end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    close() {
      server.close();
      server.closeAllConnections();
      rmSync(outDir, { recursive: true });
    },
  };
}

function file(folder, pathname) {
  const name = path.join(folder, pathname === '/' ? 'index.html' : path.normalize(pathname));
  try {
    return readFileSync(name);
  } catch {
    return undefined;
  }
}
