/** A stand-in for `saccade serve` that never gives a camera's name free. */
import { WebSocketServer } from 'ws';

const END_KIND = 5;
const names = new Set();
const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'saccade.v1' });
server.on('listening', () => {
  console.log(JSON.stringify({ ingest: `ws://127.0.0.1:${server.address().port}/ingest` }));
});
server.on('connection', (socket) => {
  const say = (message) => socket.send(JSON.stringify(message));
  socket.on('message', (data, isBinary) => {
    if (isBinary) {
      if (data[3] === END_KIND) say({ type: 'end', events: 0, decisions: 0, dropped: {}, sequenceGaps: 0 });
      return;
    }
    const { camera } = JSON.parse(String(data));
    if (names.has(camera)) say({ type: 'error', code: 'CAMERA_TAKEN', message: `${camera} is taken` });
    else say({ type: 'welcome', session: 'x', maxMessageBytes: 2 ** 20 });
    names.add(camera);
  });
});
process.on('SIGTERM', () => process.exit(0));
