/** What a server says to dashboards, and what that costs it. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { KIND, SUBPROTOCOL } from '../../dist/src/live/index.js';

const LOOKS = {
  wall: { type: 'watch', camera: null, thumbnails: true },
  opened: { type: 'watch', camera: 'camera 1', thumbnails: false },
};

/** A busy server takes a while until it has read what somebody looks at. */
const PATIENCE_MS = 120_000;

/** Connects a dashboard: who is there, and what it hears in so many seconds from the first summaries on. */
export async function hear(url, look, seconds) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}view`, [SUBPROTOCOL], {
    perMessageDeflate: false,
  });
  await once(socket, 'open');
  const before = [];
  const messages = [];
  const isSaid = new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error('The server sums nothing up.')), PATIENCE_MS).unref();
    socket.on('message', (data, isBinary) => {
      const atMs = performance.now();
      const message = isBinary ? { atMs, bytes: data.toString('base64') } : { atMs, text: String(data) };
      if (message.text?.startsWith('{"type":"summaries"')) resolve();
      (messages.length > 0 || message.text?.startsWith('{"type":"summaries"') ? messages : before).push(
        message,
      );
    });
  });
  socket.send(JSON.stringify(LOOKS[look]));
  await isSaid;
  await sleep(1000 * seconds);
  socket.close();
  return { states: before.filter(isState), messages };
}

/** Whether a message must be heard before others are understood. */
function isState({ text }) {
  return /^\{"type":"(viewer-welcome|camera)"/.test(text ?? '');
}

/** CPU seconds that the server takes a second, with so many dashboards. */
export async function cpuOf(server, viewers, look, seconds) {
  const sockets = [];
  for (let i = 0; i < viewers; i++) {
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}view`, [SUBPROTOCOL], {
      perMessageDeflate: false,
    });
    await once(socket, 'open');
    socket.resume();
    socket.on('message', () => undefined);
    socket.send(JSON.stringify(LOOKS[look]));
    sockets.push(socket);
  }
  await sleep(1000);
  const began = performance.now();
  const before = await server.cpu();
  await sleep(1000 * seconds);
  const share = ((await server.cpu()) - before) / (performance.now() - began);
  for (const socket of sockets) socket.close();
  return share;
}

/** Messages and bytes a second, by what they are; pictures of a wall also one by one. */
export function rates(messages) {
  const spanSeconds = (messages.at(-1).atMs - messages[0].atMs) / 1000;
  const sums = {};
  const add = (name, bytes) => {
    const sum = (sums[name] ??= { messagesPerSecond: 0, bytesPerSecond: 0 });
    sum.messagesPerSecond += 1 / spanSeconds;
    sum.bytesPerSecond += bytes / spanSeconds;
  };
  for (const { text, bytes } of messages) {
    if (text !== undefined) {
      const message = JSON.parse(text);
      add(message.type, Buffer.byteLength(text));
      if (message.type === 'summaries') for (const _ of message.summaries) add('cameras summed up', 0);
    } else {
      const message = Buffer.from(bytes, 'base64');
      add(message[3] === KIND.thumbnails ? 'thumbnails' : 'display frames', message.length);
      if (message[3] === KIND.thumbnails)
        for (let i = 0; i < message.readUInt32LE(12); i++) add('cameras pictured', 0);
    }
  }
  return sums;
}
