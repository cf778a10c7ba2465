import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LiveServer } from '../../src/live/index.ts';
import { eventually, modelOf, openBrowser, openPage, serve } from '../helpers/dashboard.ts';

/** The built page before a server that wants a token. */
describe('a dashboard with a token', () => {
  const secret = 'the-secret-of-the-wall+/=';
  let browser: Browser;
  let server: LiveServer;

  beforeAll(async () => {
    server = await serve(modelOf(['a', 'b']), 0, { tokens: [{ name: 'wall', secret, view: true }] });
    browser = await openBrowser();
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  it('watches, hides it from the address, and keeps it over a reload', async () => {
    const { page, errors, text } = await openPage(
      browser,
      `${server.url}#token=${encodeURIComponent(secret)}`,
    );
    expect(page.url()).toBe(server.url);
    await page.reload();
    await eventually(() => text('#connection-status')).toBe('live');
    expect(errors).toEqual([]);
    await page.close();
  }, 60_000);

  it.each([
    ['', /wants a token/],
    ['#token=another-secret-of-a-wall', /does not let you watch/],
  ])(
    'with %j says what is missing',
    async (hash, message) => {
      const page = await browser.newPage();
      await page.goto(`${server.url}${hash}`);
      await eventually(() => page.textContent('#notice-text')).toMatch(message);
      // Nothing that contradicts it: the server is there, and is not tried again.
      await eventually(() => page.textContent('#connection-status')).toBe('not allowed');
      await page.waitForTimeout(1500);
      expect(await page.textContent('#connection-status')).toBe('not allowed');
      await page.close();
    },
    60_000,
  );

  it('is open as soon as the token stands in its address', async () => {
    const page = await browser.newPage();
    await page.goto(server.url);
    await eventually(() => page.textContent('#connection-status')).toBe('not allowed');
    await page.goto(`${server.url}#token=${encodeURIComponent(secret)}`);
    await eventually(() => page.textContent('#connection-status')).toBe('live');
    expect(page.url()).toBe(server.url);
    await page.close();
  }, 60_000);
});
