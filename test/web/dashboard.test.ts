import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { batchFromTuples } from '../../src/events/index.ts';
import type { LiveServer } from '../../src/live/index.ts';
import { readModel } from '../../src/network/index.ts';
import {
  connectCamera,
  eventually,
  openBrowser,
  openPage,
  play,
  recordingsOf,
  root,
  serve,
} from '../helpers/dashboard.ts';

/** The built page, a real server, a real browser, a real recording. */
describe('the dashboard', () => {
  let browser: Browser;
  let server: LiveServer;

  beforeAll(async () => {
    server = await serve(readModel(await readFile(path.join(root, 'models/nmnist.safetensors'))));
    browser = await openBrowser();
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  it('shows the right digit of a recording that streams in, and is done when the camera leaves', async () => {
    const { page, errors, text } = await openPage(browser, server.url);
    const camera = await connectCamera(server);
    await play(camera, await recordingsOf('7'));
    await eventually(() => text('#decision-label')).toBe('7');
    await eventually(() => text('#accuracy')).toBe('1 of 1 right, 100.0 %');
    expect(await text('#truth-label')).toBe('7');
    expect(await page.locator('#history li:not([data-rest])').count()).toBe(1);
    expect(
      await page.evaluate(() => document.querySelector<HTMLCanvasElement>('#events-canvas')!.width),
    ).toBe(34);
    await eventually(() => text('#latency-p50')).toMatch(/ms$/);
    // A camera that is there and says nothing is no camera that has finished.
    await eventually(() => text('#connection-status')).toMatch(/no data for/);
    await camera.end();
    await eventually(() => text('#connection-status')).toBe('done');
    expect(await page.getAttribute('#board', 'class')).toBeFalsy();
    expect(await text('#decision-label')).toBe('7');
    expect(errors).toEqual([]);
    await page.close();
  }, 60_000);

  it('says calmly what is left out of a healthy replay, and warns of what should not be', async () => {
    const { page, text } = await openPage(browser, server.url);
    const camera = await connectCamera(server);
    await play(camera, await recordingsOf('7', '1'), 50);
    await eventually(() => text('#drop-reasons')).toMatch(/^[\d,]+ behind the last whole window/);
    expect(await text('#drops')).toMatch(/^\d\.\d %$/);
    expect(await page.locator('#board .warning').count()).toBe(0);
    await camera.end();
    await page.close();
  }, 60_000);

  it('shows the camera that is chosen, whatever others do, and another one when that is chosen', async () => {
    const small = await connectCamera(server, 'small');
    const { page, errors, text } = await openPage(browser, `${server.url}#camera=small`);
    await play(small, await recordingsOf('7'));
    await eventually(() => text('#decision-label')).toBe('7');
    const large = { width: 68, height: 34 };
    const other = await connectCamera(server, 'large', large);
    const width = (): Promise<number> =>
      page.evaluate(() => document.querySelector<HTMLCanvasElement>('#events-canvas')!.width);
    for (let i = 0; i < 10; i++) {
      await other.sendEvents(batchFromTuples([[1000 * i, 60, 3, 1]], large));
      await page.waitForTimeout(50);
      expect(await width()).toBe(34);
    }
    await page.selectOption('#camera-select', 'large');
    await eventually(() => text('#recording')).toContain('large');
    await other.sendEvents(batchFromTuples([[20_000, 60, 3, 1]], large));
    await eventually(width).toBe(68);
    expect(await text('#decision-label')).toBe('–');
    expect(new URL(page.url()).hash).toBe('#camera=large');
    expect(errors).toEqual([]);
    await Promise.all([small.end(), other.end()]);
    await page.close();
  }, 60_000);

  it('forbids inline scripts and tells caches what may stay', async () => {
    const response = await fetch(server.url);
    expect(response.headers.get('content-security-policy')).toContain("default-src 'self'");
    expect((await fetch(new URL('../package.json', server.url))).status).toBe(404);
    expect((await fetch(new URL('%2e%2e/%2e%2e/package.json', server.url))).status).toBe(404);
  });
});
