/** Our engine in a page in headless Chromium, in turns with Node. */
import process from 'node:process';
import { chromium } from 'playwright-core';
import { OURS } from '../../../dist/src/cli/bench/engines.js';
import { writeModel } from '../../../dist/src/index.js';
import { servePage } from '../chromium/serve.mjs';
import { ours, oursOn } from '../contestants/lineup.mjs';
import { taskOf } from '../networks.mjs';
import { race } from '../race.mjs';

const RATE = 0.1;
const REPEATS = 5;

export const title = 'In Chromium and in Node at 10 %; ms per clip';

function dataOf({ model, clips: [clip], expected: [{ spikes, logits }] }) {
  return new Map([
    ['model', writeModel(model)],
    ['clip', clip.counts],
    ['logits', new Uint8Array(Int32Array.from(logits).buffer)],
    ...spikes,
  ]);
}

async function contestant(page, threads) {
  const { crossOriginIsolated } = await page.evaluate(
    (count) => globalThis.saccadeBench.prepare(count),
    threads,
  );
  if (!crossOriginIsolated) throw new Error('The page is not isolated and has no threads.');
  return {
    name: 'saccade in Chromium',
    threads,
    warmup: 4,
    run: () => page.evaluate(([count, n]) => globalThis.saccadeBench.run(count, n), [threads, REPEATS]),
  };
}

export async function run({ network, rounds }) {
  const workload = await oursOn(taskOf(network, RATE));
  const server = await servePage(dataOf(workload));
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--headless', '--disable-background-networking'],
  });
  try {
    const page = await browser.newPage();
    page.on('pageerror', (error) => console.error(`page: ${error.message}`));
    await page.goto(server.url);
    await page.waitForFunction(() => globalThis.saccadeBench !== undefined);
    const contestants = await ours(workload, [1, 2]);
    for (const threads of [1, 2]) contestants.push(await contestant(page, threads));
    return await race(contestants, { rounds, base: OURS, firingRate: workload.firingRate });
  } finally {
    await browser.close();
    server.close();
  }
}
