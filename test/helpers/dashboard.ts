/** The built page in a real browser, before a real server. Needs `npm run build`. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { openDataset } from '../../datasets/index.ts';
import type { SensorGeometry } from '../../src/events/index.ts';
import { createOracleEngine } from '../../src/inference/index.ts';
import {
  CameraClient,
  createLiveServer,
  openNodeSocket,
  replayRecordings,
  type LiveServer,
  type LiveServerOptions,
  type ReplayRecording,
} from '../../src/live/index.ts';
import { architectures, randomModelOf, writeModel, type Model } from '../../src/network/index.ts';

export const root: string = path.resolve(import.meta.dirname, '../..');
const staticDir = path.join(root, 'dist/web');
/** Recordings of N-MNIST, one folder a class. */
export const digits: string = path.join(root, 'examples/recordings/nmnist');
const sensor = { width: 34, height: 34 };

/** Starts the browser that the other tests use. */
export function openBrowser(): Promise<Browser> {
  expect(existsSync(staticDir), 'run `npm run build` first').toBe(true);
  return chromium.launch({
    executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--headless', '--disable-background-networking'],
  });
}

/** A small model with random weights for N-MNIST's recordings, with classes of any names. */
export function modelOf(classes: readonly string[]): Model {
  const network = architectures[0]!.describe({
    steps: 10,
    width: 17,
    height: 17,
    classes,
    neuron: { kind: 'lif' },
  });
  const model = randomModelOf(network, 1);
  const binning = { by: 'fixed-duration', stepMicros: 30_000, steps: 10 } as const;
  return { ...model, input: { ...model.input, sensor, binning } };
}

/** A server with the page. */
export function serve(
  model: Model,
  port = 0,
  options: Pick<LiveServerOptions, 'tokens'> = {},
): Promise<LiveServer> {
  return createLiveServer({
    ...options,
    // A machine with other things to do falls silent too.
    limits: { flushAfterMs: 10_000 },
    engine: createOracleEngine(model),
    port,
    staticDir,
    modelFile: writeModel(model),
  });
}

/** What will be, on a machine with other things to do. */
export function eventually<T>(read: () => T | Promise<T>): ReturnType<typeof expect.poll<T>> {
  return expect.poll(read, { timeout: 20_000 });
}

/** A page that is open, and what went wrong in it. */
export interface OpenPage {
  readonly page: Page;
  readonly errors: readonly string[];
  readonly text: (selector: string) => Promise<string>;
}

/** Opens the page; it has greeted the server when this resolves. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<OpenPage> {
  const page = await browser.newPage(options);
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    // A server that is away is told by the browser too.
    if (message.type() === 'error' && !/WebSocket connection|ERR_CONNECTION_REFUSED/.test(message.text()))
      errors.push(message.text());
  });
  await page.goto(url);
  const text = async (selector: string): Promise<string> => (await page.textContent(selector)) ?? '';
  await eventually(() => text('#connection-status')).toBe('live');
  return { page, errors, text };
}

/** The first recordings of digits, with what they show as labels. */
export async function recordingsOf(...names: readonly string[]): Promise<ReplayRecording[]> {
  const { samples, classes } = await openDataset(digits);
  return names.map((name) => {
    const { id, open } = samples.find(({ label }) => classes[label] === name)!;
    return { name: id, label: name, open };
  });
}

/** A camera that is connected to the server. */
export async function connectCamera(
  { url }: LiveServer,
  name = 'test',
  size: SensorGeometry = sensor,
): Promise<CameraClient> {
  const camera = new CameraClient({
    url: `${url.replace('http', 'ws')}ingest`,
    hello: { camera: name, sensor: size, payload: 'events', policy: 'pause' },
    createSocket: openNodeSocket,
  });
  await camera.connect();
  return camera;
}

/** Plays recordings as a camera would. */
export async function play(
  camera: CameraClient,
  recordings: readonly ReplayRecording[],
  pauseMs = 0,
): Promise<void> {
  await replayRecordings(camera, recordings, { rate: 1, pauseMs, decoding: { geometry: sensor } });
}
