/** Plays what a server said to dashboards again, to the built page, over a real WebSocket, when it was said. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import process from 'node:process';
import { WebSocketServer } from 'ws';

const spoken = JSON.parse(readFileSync(process.argv[2], 'utf8'));
for (const { states, messages } of Object.values(spoken))
  for (const message of [...states, ...messages])
    message.data = message.text ?? Buffer.from(message.bytes, 'base64');

const site = path.resolve(import.meta.dirname, '../../dist/web');
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
const http = createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://stage');
  const file = path.join(site, pathname === '/' ? 'index.html' : path.normalize(pathname));
  try {
    const body = readFileSync(file);
    response
      .writeHead(200, { 'Content-Type': TYPES[path.extname(file)] ?? 'application/octet-stream' })
      .end(body);
  } catch {
    response.writeHead(404).end();
  }
});

new WebSocketServer({ server: http, perMessageDeflate: false }).on('connection', (socket) => {
  let timer;
  // Who is there is said at once; the rest goes round.
  for (const { data } of spoken.wall.states) socket.send(data);
  const play = ({ messages: loop }) => {
    clearTimeout(timer);
    const length = loop.at(-1).atMs - loop[0].atMs + 10;
    let [began, next] = [performance.now(), 0];
    const go = () => {
      while (performance.now() - began >= loop[next].atMs - loop[0].atMs) {
        if (socket.readyState === socket.OPEN) socket.send(loop[next].data);
        next++;
        if (next === loop.length) [began, next] = [began + length, 0];
      }
      timer = setTimeout(go, Math.max(1, loop[next].atMs - loop[0].atMs - (performance.now() - began)));
    };
    go();
  };
  socket.on('message', (message) =>
    play(JSON.parse(String(message)).camera === null ? spoken.wall : spoken.opened),
  );
  socket.on('close', () => clearTimeout(timer));
});
http.listen(0, '127.0.0.1', () => process.send({ url: `http://127.0.0.1:${http.address().port}/` }));
process.on('disconnect', () => process.exit());
