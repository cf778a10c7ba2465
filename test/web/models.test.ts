import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { batchFromTuples } from '../../src/events/index.ts';
import type { LiveServer } from '../../src/live/index.ts';
import { readModel, writeModel, type Model } from '../../src/network/index.ts';
import {
  connectCamera,
  eventually,
  digits,
  modelOf,
  openBrowser,
  openPage,
  play,
  recordingsOf,
  root,
  serve,
} from '../helpers/dashboard.ts';

const seven = path.join(digits, 'Test/7/00001.bin');
const ten = Array.from({ length: 10 }, (_, i) => String(i));

function modelFile(name: string, bytes: Uint8Array): { name: string; mimeType: string; buffer: Buffer } {
  return { name, mimeType: 'application/octet-stream', buffer: Buffer.from(bytes) };
}

describe('models in the page', () => {
  let browser: Browser;
  let trained: Model;
  let server: LiveServer | undefined;

  beforeAll(async () => {
    trained = readModel(await readFile(path.join(root, 'models/nmnist.safetensors')));
    browser = await openBrowser();
  }, 60_000);

  afterEach(async () => {
    await server?.close();
    server = undefined;
  });

  afterAll(async () => {
    await browser?.close();
  });

  it.each([
    ['fewer', ['yes', 'no']],
    ['more', [...ten, 'ten', 'eleven']],
  ])(
    'follows a server that comes back with a model of %s classes',
    async (_, classes) => {
      server = await serve(trained);
      const { page, errors, text } = await openPage(browser, server.url);
      const camera = await connectCamera(server);
      await play(camera, await recordingsOf('7'));
      await eventually(() => text('#decision-label')).toBe('7');
      await eventually(() => page.locator('#history li:not([data-rest])').count()).toBe(1);

      const { port } = new URL(server.url);
      await server.close();
      await eventually(() => text('#connection-status')).toMatch(/server/);
      server = await serve(modelOf(classes), Number(port));
      await eventually(() => text('#connection-status')).toBe('live');
      await eventually(() => page.locator('#scores .score').count()).toBe(classes.length);
      expect(await text('#decision-label')).toBe('–');
      expect(await page.locator('#history li:not([data-rest])').count()).toBe(0);
      expect(await text('#accuracy')).toBe('–');

      const next = await connectCamera(server);
      await play(next, await recordingsOf('7'));
      await eventually(() => page.locator('#history li:not([data-rest])').count()).toBe(1);
      expect(classes).toContain(await text('#decision-label'));
      expect(await page.locator('#scores .score.best').count()).toBe(1);
      expect(errors).toEqual([]);
      await page.close();
    },
    60_000,
  );

  it('shows the verdict of the clip in hand, never that of the clip before', async () => {
    server = await serve(trained);
    const { page, text } = await openPage(browser, server.url);
    const camera = await connectCamera(server);
    await play(camera, await recordingsOf('7'));
    await eventually(() => text('#decision-label')).toBe('7');
    await camera.startSegment({ name: 'silent', label: '3' });
    await eventually(() => text('#recording')).toContain('silent');
    expect(await text('#decision-label')).toBe('–');
    expect(await text('#truth-label')).toBe('3');
    expect(await page.getAttribute('#decision-label', 'data-verdict')).toBe('none');
    expect(await page.locator('#scores .score.best').count()).toBe(0);

    // Half a window: a decision on the way, and no verdict yet.
    const half = Array.from(
      { length: 160 },
      (_, i) => [1000 * i, i % 34, 5, 1] as [number, number, number, number],
    );
    await camera.sendEvents(batchFromTuples(half, { width: 34, height: 34 }));
    await eventually(() => text('#now-step')).toBe('now: window 1, step 5 of 10');
    expect(await text('#decided-at')).toMatch(/^so far, \d+ events$/);
    expect(await page.getAttribute('#decision-label', 'data-verdict')).toBe('unknown');
    await page.close();
  }, 60_000);

  it('takes a model with other classes, refuses a bad one, and goes back to the server’s', async () => {
    server = await serve(trained);
    const { page, errors, text } = await openPage(browser, server.url);
    const classes = ['left', 'right', 'still'];
    const own = modelFile('own.safetensors', writeModel(modelOf(classes)));
    await page.setInputFiles('#open-files', seven);
    await eventually(() => text('#decision-label')).toBe('7');

    await page.setInputFiles('#open-files', own);
    await eventually(() => text('#page-model')).toBe('own.safetensors');
    // What was open is classified again: nothing of the model before stands there.
    await eventually(() => page.locator('#scores .score').count()).toBe(3);
    await eventually(() => text('#run-summary')).toContain('done');
    expect(classes).toContain(await text('#history .label'));
    expect(await page.locator('#history li:not([data-rest])').count()).toBe(1);

    for (const [bad, reason] of [
      [new TextEncoder().encode('hello'), 'begins with an 8-byte length'],
      [writeModel(modelOf(classes)).subarray(0, 2000), ''],
    ] as const) {
      await page.setInputFiles('#open-files', modelFile('bad.safetensors', bad));
      await eventually(() => text('#notice-text')).toContain('bad.safetensors cannot be used as a model');
      expect(await text('#notice-text')).toContain(reason);
      expect(await text('#notice-text')).toContain('goes on with own.safetensors');
      expect(await text('#page-model')).toBe('own.safetensors');
      await page.click('#notice-close');
    }
    await page.setInputFiles('#open-files', seven);
    await eventually(() => text('#run-summary')).toBe('done · 1 decided');
    expect(classes).toContain(await text('#history .label'));

    await page.click('#server-model');
    await eventually(() => text('#page-model')).toBe('the server’s');
    await eventually(() => page.locator('#scores .score').count()).toBe(10);
    await eventually(() => text('#history .label')).toBe('7');
    await page.click('#back-to-live');
    await eventually(() => text('#connection-status')).toBe('live');
    await eventually(() => text('#decision-label')).toBe('–');
    expect(await page.isVisible('#page-panel')).toBe(false);
    expect(errors).toEqual([]);
    await page.close();
  }, 60_000);

  it('classifies with the server’s model where the model that came along is bad', async () => {
    server = await serve(trained);
    const { page, text } = await openPage(browser, server.url);
    const recording = { name: '7.bin', mimeType: '', buffer: await readFile(seven) };
    const bad = modelFile('bad.safetensors', new Uint8Array(100));
    await page.setInputFiles('#open-files', [bad, recording]);
    await eventually(() => text('#notice-text')).toContain('goes on with the server’s model');
    await eventually(() => text('#run-summary')).toBe('done · 1 decided');
    expect(await text('#decision-label')).toBe('7');
    await page.close();
  }, 60_000);
});
