import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { KIND, viewerWelcome, type CameraClient, type LiveServer } from '../../src/live/index.ts';
import { readModel, type Model } from '../../src/network/index.ts';
import { batchFromTuples } from '../../src/events/index.ts';
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
  type OpenPage,
} from '../helpers/dashboard.ts';

const laptop = { viewport: { width: 1366, height: 768 } };
const phone = { viewport: { width: 390, height: 844 }, colorScheme: 'dark' } as const;

/** A few events at one place. */
const dots = (camera: CameraClient, t: number): Promise<void> =>
  camera.sendEvents(
    batchFromTuples(
      Array.from({ length: 20 }, (_, i) => [t + i, 3 + (i % 5), 7, 1] as const),
      { width: 34, height: 34 },
    ),
  );

/** Whether something sticks out of the page. */
const isWide = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.documentElement.scrollWidth > innerWidth);

/** Pixels of a tile's picture that have events. */
const litPixels = (page: Page, name: string): Promise<number> =>
  page.evaluate((wanted) => {
    const tile = [...document.querySelectorAll('.tile')].find(
      (one) => one.querySelector('.name')!.textContent === wanted,
    )!;
    const canvas = tile.querySelector('canvas')!;
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    const words = [...new Uint32Array(data.buffer)];
    return words.filter((word) => word !== words[0]).length;
  }, name);

describe('the wall of cameras', () => {
  let browser: Browser;
  let trained: Model;
  let server: LiveServer;

  beforeAll(async () => {
    trained = readModel(await readFile(path.join(root, 'models/nmnist.safetensors')));
    browser = await openBrowser();
  }, 60_000);

  afterEach(async () => {
    await server?.close();
  });

  afterAll(async () => {
    await browser?.close();
  });

  /** The page before a server with cameras. */
  async function open(
    names: readonly string[],
    options: BrowserContextOptions,
  ): Promise<OpenPage & { cameras: CameraClient[] }> {
    server = await serve(trained);
    const cameras = [];
    for (const name of names) cameras.push(await connectCamera(server, name));
    const opened = await openPage(browser, server.url, options);
    await eventually(() => opened.page.locator('.tile').count()).toBe(names.length);
    return { ...opened, cameras };
  }

  it.each([
    ['a laptop', laptop],
    ['a phone', phone],
  ])(
    'shows verdicts and pictures, opens a camera in full and goes back, on %s',
    async (_, options) => {
      const { page, errors, text, cameras } = await open(['camera 10', 'camera 9', 'door'], options);
      await play(cameras[0]!, await recordingsOf('7'));
      const tile = page.locator('.tile', { hasText: 'camera 10' });
      await eventually(() => tile.locator('.tile-verdict').textContent()).toBe('7');
      expect(await tile.locator('.tile-verdict').getAttribute('data-verdict')).toBe('right');
      // What stays is the last picture, which may hold the recording's last two events alone.
      await eventually(async () => {
        await play(cameras[0]!, await recordingsOf('7'));
        return litPixels(page, 'camera 10');
      }).toBeGreaterThan(20);
      expect(await isWide(page)).toBe(false);
      expect(await page.isVisible('#board')).toBe(false);

      // By keys: one tile is reached by Tab, the arrow keys lead to the others.
      await page.selectOption('#wall-sort', 'name');
      await eventually(() => page.locator('.tile .name').allTextContents()).toEqual([
        'camera 9',
        'camera 10',
        'door',
      ]);
      expect(await page.locator('.tile[tabindex="0"]').count()).toBe(1);
      await page.locator('.tile[tabindex="0"]').focus();
      await page.keyboard.press('Home');
      await page.keyboard.press('ArrowRight');
      expect(await page.evaluate(() => document.activeElement!.querySelector('.name')!.textContent)).toBe(
        'camera 10',
      );
      await page.keyboard.press('Enter');
      await eventually(() => page.isVisible('#board')).toBe(true);
      expect(new URL(page.url()).hash).toBe('#camera=camera+10');
      await play(cameras[0]!, await recordingsOf('1'));
      await eventually(() => text('#decision-label')).toBe('1');
      await eventually(() => text('#accuracy')).toBe('1 of 1 right, 100.0 %');
      expect(await isWide(page)).toBe(false);

      await page.keyboard.press('Escape');
      await eventually(() => page.isVisible('#board')).toBe(false);
      await eventually(() =>
        page.evaluate(() => document.activeElement?.querySelector('.name')?.textContent),
      ).toBe('camera 10');
      await eventually(() => tile.locator('.tile-verdict').textContent()).toBe('1');
      await page.goBack();
      await eventually(() => page.isVisible('#board')).toBe(true);
      await eventually(() => text('#recording')).toContain('camera 10');
      await page.reload();
      await eventually(() => text('#recording')).toContain('camera 10');
      expect(errors).toEqual([]);
      await page.close();
    },
    120_000,
  );

  it('says who left, who is silent and what to do; with limits that people set', async () => {
    const { page, errors, text, cameras } = await open(['a', 'b', 'c', 'd', 'e'], laptop);
    cameras[1]!.close();
    const gone = page.locator('.tile', { hasText: /^b/ });
    await eventually(() => gone.getAttribute('data-tone')).toBe('stale');
    await eventually(() => gone.locator('.tile-state').textContent()).toMatch(/^left \d+ s ago$/);
    await eventually(() => text('#alert-list')).toMatch(/goneb ?left \d+ s ago Check its power/);
    await eventually(() => text('#wall-summary')).toMatch(/^4 cameras · 1 left · \d with alerts$/);

    await page.click('#limits summary');
    expect(await page.inputValue('#limit-silent')).toBe('5');
    await page.fill('#limit-silent', '0.1');
    await page.locator('#limit-silent').blur();
    // Too small: marked, and not taken.
    expect(await page.evaluate(() => localStorage.getItem('saccade-alert-limits'))).toContain(
      '"silentMs":5000',
    );
    await page.fill('#limit-silent', '1.5');
    await page.locator('#limit-silent').blur();
    await eventually(() => page.locator('.chip[data-kind=silent] strong').textContent()).toBe('4');
    // Many cameras with the same alert are one line.
    expect(await text('#alert-list')).toMatch(/silent4 camerasa, c, d, e\. Of the first: no events for/);
    await page.click('#alert-list li:has([data-kind=silent]) button');
    await eventually(() => page.locator('.tile .name').allTextContents()).toEqual(['a', 'c', 'd', 'e']);
    await dots(cameras[2]!, 0);
    await eventually(() => page.locator('.tile .name').allTextContents()).toEqual(['a', 'd', 'e']);
    await page.click('.chip[data-kind=silent]');
    // Whoever does something else has set the limits.
    expect(await page.isVisible('#limits-form')).toBe(false);
    await page.click('#forget-gone');
    await eventually(() => page.locator('.tile').count()).toBe(4);
    await page.fill('#wall-find', 'D');
    await eventually(() => page.locator('.tile .name').allTextContents()).toEqual(['d']);
    await page.fill('#wall-find', 'nobody');
    await eventually(() => page.isVisible('#no-match')).toBe(true);

    await page.reload();
    await page.click('#limits summary');
    expect(await page.inputValue('#limit-silent')).toBe('1.5');
    await page.click('#limits-form button[type=reset]');
    expect(await page.inputValue('#limit-silent')).toBe('5');
    expect(errors).toEqual([]);
    await page.close();
  }, 120_000);

  it('greys everything while there is no server', async () => {
    const { page, errors, text } = await open(['a', 'b'], laptop);
    await eventually(() => page.locator('.tile[data-tone=good]').count()).toBe(2);
    const { port } = new URL(server.url);
    await server.close();
    await eventually(() => text('#connection-status')).toBe('no server, trying again');
    await eventually(() => page.locator('.tile[data-tone=stale]').count()).toBe(2);
    // Of cameras nothing is known: that they are silent neither.
    expect(await page.isVisible('#alerts')).toBe(false);
    server = await serve(trained, Number(port));
    await eventually(() => text('#connection-status')).toBe('live');
    await connectCamera(server, 'a');
    await eventually(() => page.locator('.tile[data-tone=stale] .name').allTextContents()).toEqual(['b']);
    expect(errors).toEqual([]);
    await page.close();
  }, 120_000);

  it('has the server say only what is looked at', async () => {
    server = await serve(trained);
    const page = await browser.newPage(laptop);
    const said: string[] = [];
    const heard = new Set<string>();
    page.on('websocket', (socket) => {
      socket.on('framesent', ({ payload }) => said.push(String(payload)));
      socket.on('framereceived', ({ payload }) => {
        if (typeof payload !== 'string') heard.add(`kind ${payload[3]}`);
        else heard.add((JSON.parse(payload) as { type: string }).type);
      });
    });
    await page.goto(server.url);
    const first = await connectCamera(server, 'first');
    await dots(first, 0);
    // Everything of the only camera comes without a word.
    await eventually(() => heard).toContain(`kind ${KIND.display}`);
    expect(said).toEqual([]);
    expect(await page.isVisible('#board')).toBe(true);

    const second = await connectCamera(server, 'second');
    await eventually(() => page.isVisible('#wall')).toBe(true);
    await eventually(() => said).toEqual(['{"type":"watch","camera":null,"thumbnails":true}']);
    await page.waitForTimeout(200);
    heard.clear();
    for (let i = 1; i < 10; i++) {
      await dots(second, i * 30_000);
      await page.waitForTimeout(100);
    }
    await eventually(() => [...heard].sort()).toEqual([`kind ${KIND.thumbnails}`, 'summaries']);
    await page.click('.tile >> text=second');
    await eventually(() => said.at(-1)).toBe('{"type":"watch","camera":"second","thumbnails":false}');
    await dots(second, 600_000);
    await eventually(() => heard).toContain(`kind ${KIND.display}`);
    await page.click('#show-wall');
    await eventually(() => said.at(-1)).toBe('{"type":"watch","camera":null,"thumbnails":true}');
    await page.close();
  }, 120_000);
});

describe('a page whose server changes its model', () => {
  it('follows on the same connection, also to another number of classes', async () => {
    const browser = await openBrowser();
    const server = await serve(readModel(await readFile(path.join(root, 'models/nmnist.safetensors'))));
    try {
      const page = await browser.newPage();
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(error.message));
      let tell: (message: object) => void = () => undefined;
      await page.routeWebSocket(/\/view$/, (socket) => {
        socket.connectToServer();
        tell = (message) => {
          socket.send(JSON.stringify(message));
        };
      });
      await page.goto(server.url);
      const text = async (selector: string): Promise<string> => (await page.textContent(selector)) ?? '';
      const camera = await connectCamera(server);
      await play(camera, await recordingsOf('7'));
      await eventually(() => text('#decision-label')).toBe('7');
      await eventually(() => page.locator('#history li').count()).toBeGreaterThan(0);

      const classes = ['yes', 'no', 'perhaps'];
      const welcome = viewerWelcome(modelOf(classes), 'another');
      const there = {
        type: 'camera',
        camera: 'test',
        connected: true,
        segment: { name: 'clip', label: 'no' },
      };
      tell(welcome);
      tell(there);
      await eventually(() => page.locator('#scores .score').count()).toBe(3);
      expect([await text('#decision-label'), await text('#accuracy')]).toEqual(['–', '–']);
      expect(await page.locator('#history li').count()).toBe(0);
      expect(await page.locator('.layer').count()).toBe(welcome.layers.length);
      const scores = [0.1, 0.8, 0.1];
      for (let step = 0; step < 10; step++)
        tell({
          ...{ type: 'decision', camera: 'test', segment: there.segment, window: 0, step, steps: 10, scores },
          ...{
            final: step === 9,
            classIndex: 1,
            label: 'no',
            logits: [0, 1, 0],
            spikes: welcome.layers.map(() => 1),
          },
          ...{
            events: 5,
            windowEvents: 50,
            clockSegment: 0,
            startMicros: 0,
            endMicros: 1,
            windowStartMicros: 0,
          },
          ...{ latencyMs: 1, computeMs: 1, flushed: false },
        });
      await eventually(() => text('#decision-label')).toBe('no');
      await eventually(() => text('#accuracy')).toBe('1 of 1 right, 100.0 %');
      expect(errors).toEqual([]);
    } finally {
      await server.close();
      await browser.close();
    }
  }, 120_000);
});
