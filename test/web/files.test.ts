import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { strToU8, zipSync, type Zippable } from 'fflate';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LiveServer } from '../../src/live/index.ts';
import { readModel } from '../../src/network/index.ts';
import { digits, eventually, openBrowser, openPage, root, serve } from '../helpers/dashboard.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const digit = (name: string): Promise<Uint8Array> => readFile(path.join(digits, 'Test', name));
const seven = path.join(digits, 'Test/7/00001.bin');

/** Drops files and folders on the page, as a file manager does. */
async function drop(page: Page, ...paths: readonly string[]): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [...paths], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await session.send('Input.dispatchDragEvent', { type, x: 200, y: 300, data });
}

function upload(name: string, bytes: Uint8Array): { name: string; mimeType: string; buffer: Buffer } {
  return { name, mimeType: '', buffer: Buffer.from(bytes) };
}

describe('files in the page', () => {
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

  const rows = async (page: Page): Promise<string[]> => page.locator('#file-results li').allTextContents();

  it('names a wrong file and goes on with the others', async () => {
    const { page, errors, text } = await openPage(browser, server.url);
    const wrong = upload('package.json', await readFile(path.join(root, 'package.json')));
    const right = upload('00001.bin', await readFile(seven));
    await page.setInputFiles('#open-files', [wrong, right, upload('empty.bin', new Uint8Array(0))]);
    await eventually(() => text('#run-summary')).toBe('done · 1 decided · 2 refused');
    expect(await text('#connection-status')).toBe('done');
    expect(await text('#decision-label')).toBe('7');
    expect(await text('#recording')).toBe('this page');
    expect(await rows(page)).toEqual([
      expect.stringMatching(/^! ?empty\.bin.*no bytes/),
      expect.stringMatching(/^!package\.json This is JSON, not a recording/),
      expect.stringMatching(/^·00001\.bin7 /),
    ]);
    expect(await page.locator('#file-results [data-state=refused] .name').first().getAttribute('title')).toBe(
      'empty.bin',
    );
    expect(errors).toEqual([]);
    await page.close();
  }, 60_000);

  it('reads zip archives; what is hidden, damaged or too deep in them is no reason to stop', async () => {
    const { page, errors, text } = await openPage(browser, server.url);
    const inner = zipSync({ 'a.bin': new Uint8Array(10) });
    const tree: Zippable = {
      'set/': new Uint8Array(0),
      'set/7/00001.bin': await digit('7/00001.bin'),
      'set/7/.DS_Store': strToU8('x'),
      '__MACOSX/set/7/._00001.bin': strToU8('x'),
      'set/notes.md': strToU8('no recording\n'),
      'set/inner.zip': inner,
      'set/1/stored.bin': [await digit('1/00003.bin'), { level: 0 }],
    };
    await page.setInputFiles('#open-files', upload('set.zip', zipSync(tree)));
    await eventually(() => text('#run-summary')).toBe('done · 2 decided · 2 refused');
    const all = (await rows(page)).join('\n');
    expect(all).toContain('✓set.zip/set/7/00001.bin7');
    expect(all).toContain('✓set.zip/set/1/stored.bin1');
    expect(all).toMatch(/set\.zip\/set\/notes\.md/);
    expect(all).toMatch(/set\.zip\/set\/inner\.zip.*archive inside an archive/);
    expect(all).not.toContain('DS_Store');
    expect(await text('#accuracy')).toBe('2 of 2 right, 100.0 %');

    // The end of an archive is missing: what is before it is classified, and the rest told.
    const whole = zipSync({ 'a/7.bin': await digit('7/00001.bin'), 'b/3.bin': await digit('3/00019.bin') });
    await page.setInputFiles('#open-files', upload('cut.zip', whole.subarray(0, whole.length - 3000)));
    await eventually(() => text('#run-summary')).toBe('done · 1 decided · 1 refused');
    expect((await rows(page)).join('\n')).toMatch(/cut\.zip\/b\/3\.bin.*the archive ends inside it/);

    await page.setInputFiles('#open-files', upload('none.zip', zipSync({})));
    await eventually(() => text('#run-summary')).toBe('done · 1 refused');
    expect(errors).toEqual([]);
    await page.close();
  }, 60_000);

  it('reads a folder that is dropped on it, or opened, with its subfolders as classes', async () => {
    const { page, errors, text } = await openPage(browser, server.url);
    const dropped = path.join(temporaryFolder(), 'my digits');
    for (const name of ['7/00001.bin', '1/00003.bin']) {
      await mkdir(path.dirname(path.join(dropped, name)), { recursive: true });
      await writeFile(path.join(dropped, name), await digit(name));
    }
    await writeFile(path.join(dropped, '7/.DS_Store'), 'x');
    await drop(page, dropped);
    await eventually(() => text('#run-summary')).toBe('done · 2 decided · 1 hidden left out');
    expect(await rows(page)).toEqual([
      expect.stringMatching(/^✓my digits\/7\/00001\.bin7 /),
      expect.stringMatching(/^✓my digits\/1\/00003\.bin1 /),
    ]);

    await page.setInputFiles('#open-folder-files', dropped);
    await eventually(() => text('#run-summary')).toContain('playing');
    await eventually(() => text('#run-summary')).toBe('done · 2 decided · 1 hidden left out');

    await rm(dropped, { recursive: true });
    await mkdir(dropped);
    await drop(page, dropped);
    await eventually(() => text('#notice-text')).toBe('There is no file in what was opened.');
    expect(errors).toEqual([]);
    await page.close();
  }, 60_000);

  it('asks for the format where content cannot tell it, and tries again', async () => {
    const { page, errors, text } = await openPage(browser, server.url);
    await page.setInputFiles('#open-files', [
      upload('unknown.data', await digit('7/00001.bin')),
      upload('known.bin', await digit('1/00003.bin')),
    ]);
    await eventually(() => text('#run-summary')).toBe('done · 1 decided · 1 refused');
    expect(await page.getAttribute('#reading', 'open')).not.toBeNull();
    expect(await page.locator('#reading-form .asked').textContent()).toContain('Format');
    await page.locator('#reading-format option').nth(1).waitFor({ state: 'attached' });
    await page.selectOption('#reading-format', 'atis40');
    await page.click('#reading-form button[type=submit]');
    // Only what was refused is played again.
    await eventually(() => text('#run-summary')).toBe('done · 1 decided');
    expect(await rows(page)).toEqual([expect.stringMatching(/^·unknown\.data7 /)]);
    expect(await page.locator('#reading-form .asked').count()).toBe(0);

    await page.fill('#reading-geometry', 'three by four');
    await page.click('#reading-form button[type=submit]');
    expect(await page.locator('#reading-geometry:invalid').count()).toBe(1);
    expect(errors).toEqual([]);
    await page.close();
  }, 60_000);

  it('asks for the unit of times that have fractions, and for the columns of text', async () => {
    const { page, errors, text } = await openPage(browser, server.url);
    const lines = Array.from({ length: 400 }, (_, i) => [0.001 * i + 0.0005, i % 34, (7 * i) % 34, i % 2]);
    const table = (head: string, order: readonly number[]): Uint8Array =>
      strToU8([head, ...lines.map((line) => order.map((column) => line[column]).join())].join('\n'));
    const unitless = upload('seconds.csv', table('t,x,y,p', [0, 1, 2, 3]));
    await page.setInputFiles('#open-files', unitless);
    await eventually(() => text('#run-summary')).toBe('done · 1 refused');
    expect(await text('#file-results .note')).toContain('“Time unit” s under Reading options');
    expect(await page.locator('#reading-form .asked').textContent()).toContain('Time unit');
    await page.selectOption('#reading-time-unit', 's');
    await page.click('#reading-form button[type=submit]');
    await eventually(() => text('#run-summary')).toBe('done · 1 decided');
    expect(await text('#file-results .said')).toMatch(/^\d /);

    await page.click('#reading-form button[type=reset]');
    const nameless = upload('nameless.csv', table('a,b,c,d', [1, 2, 0, 3]));
    await page.setInputFiles('#open-files', nameless);
    await eventually(() => text('#run-summary')).toBe('done · 1 refused');
    const asked = (await page.locator('#reading-form .asked').allTextContents()).join('\n');
    expect(asked).toMatch(/Columns/);
    expect(asked).toMatch(/Time unit/);
    await page.fill('#reading-columns', 'x,y,t,p');
    await page.selectOption('#reading-time-unit', 's');
    await page.click('#reading-form button[type=submit]');
    await eventually(() => text('#run-summary')).toBe('done · 1 decided');
    expect(errors).toEqual([]);
    await page.close();
  }, 60_000);

  it('stops at once, and has a state of its own while it plays', async () => {
    const { page, text } = await openPage(browser, server.url);
    await page.setInputFiles('#open-files', [seven, path.join(digits, 'Test/7/00018.bin')]);
    await eventually(() => text('#connection-status')).toBe('in this page');
    await page.click('#back-to-live');
    await eventually(() => text('#connection-status')).toBe('live');
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(await text('#decision-label')).toBe('–');
    expect(await page.locator('#file-results li').count()).toBe(0);
    await page.close();
  }, 60_000);
});
