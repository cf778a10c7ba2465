import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDataset } from '../../datasets/index.ts';
import { loadModel } from '../../src/cli/load-model.ts';
import { createOracleEngine } from '../../src/inference/index.ts';
import {
  CameraClient,
  createLiveServer,
  openNodeSocket,
  replayRecordings,
  type LiveServer,
} from '../../src/live/index.ts';

const root = path.resolve(import.meta.dirname, '../..');
const staticDir = path.join(root, 'dist/web');

/** The built page, a real server, a real browser, a real recording. Needs `npm run build`. */
describe('the dashboard', () => {
  let browser: Browser;
  let server: LiveServer;

  beforeAll(async () => {
    expect(existsSync(staticDir), 'run `npm run build` first').toBe(true);
    const modelPath = path.join(root, 'models/nmnist.safetensors');
    const engine = createOracleEngine(await loadModel(modelPath));
    const modelFile = new Uint8Array(await readFile(modelPath));
    server = await createLiveServer({ engine, port: 0, staticDir, modelFile });
    browser = await chromium.launch({
      executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--headless', '--disable-background-networking'],
    });
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  it('shows the right digit of a recording that streams in', async () => {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    await page.goto(server.url);
    await expect.poll(() => page.textContent('#connection-status')).toBe('open');

    const { samples, classes } = await openDataset(path.join(root, 'examples/recordings/nmnist'));
    const sample = samples.find(({ label }) => classes[label] === '7')!;
    const sensor = { width: 34, height: 34 };
    const camera = new CameraClient({
      url: `${server.url.replace('http', 'ws')}ingest`,
      hello: { camera: 'test', sensor, payload: 'events', policy: 'pause' },
      createSocket: openNodeSocket,
    });
    await camera.connect();
    await replayRecordings(camera, [{ name: sample.id, label: '7', open: sample.open }], {
      rate: 1,
      decoding: { geometry: sensor },
    });
    const text = (id: string): Promise<string | null> => page.textContent(id);
    await expect.poll(() => text('#decision-label')).toBe('7');
    expect(await text('#truth-label')).toBe('7');
    expect(await text('#accuracy')).toBe('1 of 1 right, 100.0 %');
    expect(await page.locator('#history li').count()).toBe(1);
    await expect
      .poll(() => page.evaluate(() => document.querySelector<HTMLCanvasElement>('#events-canvas')!.width))
      .toBe(34);
    await expect.poll(() => text('#latency-p50')).toMatch(/ms$/);
    await camera.end();
    await expect.poll(() => text('#connection-status'), { timeout: 5000 }).toMatch(/no data for/);
    expect(errors).toEqual([]);
    await page.close();
  }, 60_000);

  it('classifies a recording in the page, with no camera and no server doing inference', async () => {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    await page.goto(server.url);
    await page.setInputFiles('#open-files', path.join(root, 'examples/recordings/nmnist/Test/7/00001.bin'));
    const text = (id: string): Promise<string | null> => page.textContent(id);
    await expect.poll(() => text('#history li')).toContain('7');
    expect(await text('#decision-label')).toBe('7');
    expect(await text('#connection-status')).toMatch(/in this page|no data/);

    await page.setInputFiles('#open-files', path.join(root, 'package.json'));
    await expect.poll(() => text('#notice')).toContain('no recording that saccade reads');
    await page.click('#open');
    await expect.poll(() => text('#connection-status')).toBe('open');
    await expect.poll(() => text('#decision-label')).toBe('–');
    expect(errors).toEqual([]);
    await page.close();
  }, 60_000);

  it('fits a phone without sideways scrolling', async () => {
    const page = await browser.newPage({ viewport: { width: 390, height: 844 }, colorScheme: 'dark' });
    await page.goto(server.url);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    await page.close();
  }, 30_000);

  it('forbids inline scripts and tells caches what may stay', async () => {
    const response = await fetch(server.url);
    expect(response.headers.get('content-security-policy')).toContain("default-src 'self'");
    expect((await fetch(new URL('../package.json', server.url))).status).toBe(404);
    expect((await fetch(new URL('%2e%2e/%2e%2e/package.json', server.url))).status).toBe(404);
  });
});
