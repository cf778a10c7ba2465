/** A live server, its cameras and what they should be told. */
import { afterEach } from 'vitest';
import { WebSocket } from 'ws';
import { batchFromTuples, SeededRandom, type EventBatch } from '../../src/events/index.ts';
import { binRecording } from '../../src/frames/index.ts';
import { createOracleEngine, type InferenceEngine } from '../../src/inference/index.ts';
import {
  CameraClient,
  createLiveServer,
  openNodeSocket,
  SUBPROTOCOL,
  type CameraClientOptions,
  type Hello,
  type LiveServer,
  type LiveServerOptions,
} from '../../src/live/index.ts';
import { randomModel } from '../../src/network/index.ts';

export const SENSOR = { width: 8, height: 8 };
export const engine: InferenceEngine = createOracleEngine(randomModel({ steps: 3, ...SENSOR }));

const servers: LiveServer[] = [];
const cameras: CameraClient[] = [];

afterEach(async () => {
  for (const camera of cameras.splice(0)) camera.close();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** A server that ends with the test. */
export async function serve(options: Partial<LiveServerOptions> = {}): Promise<LiveServer> {
  const server = await createLiveServer({ engine, port: 0, ...options });
  servers.push(server);
  return server;
}

export const ingest = (server: LiveServer): string => `${server.url.replace('http', 'ws')}ingest`;

/** A camera of event batches that ends with the test. */
export function camera(
  server: LiveServer,
  hello: Partial<Hello> = {},
  options: Partial<CameraClientOptions> = {},
): CameraClient {
  const client = new CameraClient({
    url: ingest(server),
    hello: { camera: 'test', sensor: SENSOR, payload: 'events', policy: 'pause', ...hello },
    createSocket: openNodeSocket,
    ...options,
  });
  cameras.push(client);
  return client;
}

/** Sorted events on {@link SENSOR}. */
export function randomEvents(count: number, seed: number, t0 = 0): EventBatch {
  const random = new SeededRandom(seed);
  let t = t0;
  return batchFromTuples(
    Array.from(
      { length: count },
      () => [(t += random.integer(20)), random.integer(8), random.integer(8), random.integer(2)] as const,
    ),
    SENSOR,
  );
}

/** What the model says of a recording offline. */
export async function offline(events: EventBatch, own: InferenceEngine = engine): Promise<number[][]> {
  const logits: number[][] = [];
  for (const clip of binRecording(events, own.model.input.binning, {
    countType: 'uint8',
    remainder: 'pad-first',
  })) {
    for (const { accumulatedLogits } of (await own.runClip(clip)).steps) logits.push([...accumulatedLogits]);
  }
  return logits;
}

/** What came back on a bare socket. */
export interface RawOutcome {
  readonly close: number;
  readonly messages: { readonly type: string; readonly code?: string }[];
}

/** A bare socket that has said what it is told to, and what came back. */
export async function raw(server: LiveServer, send: (socket: WebSocket) => void): Promise<RawOutcome> {
  const socket = new WebSocket(ingest(server), [SUBPROTOCOL]);
  const messages: { type: string; code?: string }[] = [];
  socket.on('message', (data) => messages.push(JSON.parse(String(data)) as { type: string }));
  socket.on('open', () => send(socket));
  socket.on('error', () => undefined);
  const close = await new Promise<number>((resolve) => socket.on('close', resolve));
  return { close, messages };
}

/** The first message of a bare socket. */
export const HELLO: string = JSON.stringify({
  type: 'hello',
  camera: 'raw',
  sensor: SENSOR,
  payload: 'events',
  policy: 'pause',
});
