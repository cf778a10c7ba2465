import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { LiveServer } from '../../src/live/index.ts';
import { readModel } from '../../src/network/index.ts';
import {
  connectCamera,
  eventually,
  modelOf,
  openBrowser,
  openPage,
  play,
  recordingsOf,
  root,
  serve,
} from '../helpers/dashboard.ts';

const laptop = { viewport: { width: 1366, height: 768 } };
const phone = { viewport: { width: 390, height: 844 }, colorScheme: 'dark' } as const;

/** Elements whose content sticks out of the page, or of the card that holds them. */
function overflowing(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const wide = document.documentElement.scrollWidth > innerWidth ? ['page'] : [];
    const out = [...document.querySelectorAll('.card')].flatMap((card) => {
      const { right } = card.getBoundingClientRect();
      return [...card.querySelectorAll('*')].filter((child) => child.getBoundingClientRect().right > right);
    });
    return [...wide, ...out.map(({ id, className }) => `${id} ${className}`)];
  });
}

/** Whether the canvas shows anything: enough pixels that are not its background. */
function isBlank(page: Page): Promise<boolean> {
  return page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>('#events-canvas')!;
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    const words = new Uint32Array(data.buffer);
    const counts = new Map<number, number>();
    for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
    return Math.max(...counts.values()) > words.length - 10;
  });
}

describe('the layout', () => {
  let browser: Browser;
  let server: LiveServer;

  beforeAll(async () => {
    browser = await openBrowser();
  }, 60_000);

  afterEach(async () => {
    await server?.close();
  });

  afterAll(async () => {
    await browser?.close();
  });

  it('keeps the last picture while a recording is quiet, between recordings and after the last', async () => {
    server = await serve(readModel(await readFile(path.join(root, 'models/nmnist.safetensors'))));
    const { page, text } = await openPage(browser, server.url, laptop);
    const camera = await connectCamera(server);
    const playing = play(camera, await recordingsOf('7', '1', '0', '4', '3'), 400);
    await eventually(() => text('#now-step')).toContain('step');
    let blank = 0;
    const moments = 60;
    for (let i = 0; i < moments; i++) {
      if (await isBlank(page)) blank++;
      await page.waitForTimeout(50);
    }
    expect(blank).toBeLessThan(0.05 * moments);
    await playing;
    await camera.end();
    await page.waitForTimeout(2500);
    expect(await text('#connection-status')).toBe('done');
    expect(await isBlank(page)).toBe(false);
    await page.close();
  }, 60_000);

  it.each([
    ['a laptop', laptop],
    ['a phone', phone],
  ])(
    'holds long names of classes on %s',
    async (_, options) => {
      const classes = [
        'a picture of a pedestrian who crosses the road from the left',
        'an_identifier_without_any_space_that_goes_on_and_on_and_on',
        'bicycle',
        'd',
      ];
      server = await serve(modelOf(classes));
      const { page, errors, text } = await openPage(browser, server.url, options);
      const camera = await connectCamera(
        server,
        'a camera with a name that is as long as names of cameras may be',
      );
      for (const label of classes.slice(0, 2)) {
        const [recording] = await recordingsOf('7');
        await play(camera, [{ ...recording!, name: `${'folder/'.repeat(20)}7.bin`, label }]);
        await eventually(() => text('#truth-label')).toBe(label);
      }
      await eventually(() => page.locator('#history li:not([data-rest])').count()).toBe(2);
      expect(await overflowing(page)).toEqual([]);
      expect(await page.locator('#scores .score span:first-child').first().getAttribute('title')).toBe(
        classes[0],
      );
      const bars = await page
        .locator('#scores .score i')
        .evaluateAll((all) => all.map((bar) => bar.clientWidth));
      // All bars are equally long, so that they can be compared.
      expect(new Set(bars).size).toBe(1);
      expect(bars[0]).toBeGreaterThan(80);
      await page.hover('#score-matrix', { position: { x: 20, y: 10 } });
      expect(await page.getAttribute('#score-matrix', 'title')).toBe(classes[0]);
      await page.evaluate((name) => {
        // Whatever the model decides: the longest name as verdict.
        const label = document.querySelector<HTMLElement>('#decision-label')!;
        label.textContent = name;
        label.style.setProperty('--letters', String(name.length));
      }, classes[1]!);
      expect(await overflowing(page)).toEqual([]);
      expect(errors).toEqual([]);
      await camera.end();
      await page.close();
    },
    60_000,
  );

  it('lists the best of very many classes', async () => {
    const classes = Array.from({ length: 101 }, (_, i) => `category ${i}`);
    server = await serve(modelOf(classes));
    const { page, errors, text } = await openPage(browser, server.url, phone);
    const camera = await connectCamera(server);
    await play(camera, await recordingsOf('7'));
    await eventually(() => page.locator('#history li:not([data-rest])').count()).toBe(1);
    expect(await page.locator('#scores .score').count()).toBe(12);
    expect(await text('#more-classes')).toBe('the best 12 of 101 classes');
    // The best stands above the others.
    expect(await page.locator('#scores .score').first().getAttribute('class')).toContain('best');
    expect(await overflowing(page)).toEqual([]);
    expect(errors).toEqual([]);
    await page.close();
  }, 60_000);
});
