/**
 * The dashboard with many cameras. First a real server with as many real cameras, each in a process of its own: what it
 * says to a dashboard, and what dashboards cost it. Then what it said is played to the page over a real WebSocket, in the
 * time in which it was said, and the page's frames are measured in Chromium: on a small machine the cameras and the
 * server would take what the page needs. A page that shows nothing is measured in turns with it: how even frames can be on
 * this machine.
 *
 * usage: npm run bench:dashboard [-- --cameras 200 --rate 1 --seconds 10 --rounds 3]
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { machine } from '../machine.mjs';
import { measure, openBrowser, summed } from './frames.mjs';
import { cpuOf, hear, rates } from './listen.mjs';

const { values } = parseArgs({
  options: Object.fromEntries(
    Object.entries({ cameras: '200', rate: '1', seconds: '10', rounds: '3' }).map(([name, usual]) => [
      name,
      { type: 'string', default: usual },
    ]),
  ),
});
const [cameras, rate, seconds, rounds] = ['cameras', 'rate', 'seconds', 'rounds'].map((name) =>
  Number(values[name]),
);
const start = (name, ...args) => fork(path.join(import.meta.dirname, name), args.map(String));
const folder = mkdtempSync(path.join(tmpdir(), 'saccade-dashboard-'));
const children = [];

try {
  const server = start('server.mjs');
  children.push(server);
  const [{ url }] = await once(server, 'message');
  const cpu = async () => {
    server.send('cpu');
    const [{ cpu: used }] = await once(server, 'message');
    return (used.user + used.system) / 1000;
  };
  const sender = start('cameras.mjs', url, cameras, rate);
  children.push(sender);
  await once(sender, 'message');
  console.log(`${cameras} cameras are connected`);
  await sleep(5000);
  const spoken = { wall: await hear(url, 'wall', seconds), opened: await hear(url, 'opened', seconds) };
  const serverCpuShare = { 'no dashboard': [], '1 wall': [], '8 walls': [], '1 camera opened': [] };
  for (let round = 0; round < rounds; round++) {
    serverCpuShare['no dashboard'].push(await cpuOf({ url, cpu }, 0, 'wall', seconds));
    serverCpuShare['1 wall'].push(await cpuOf({ url, cpu }, 1, 'wall', seconds));
    serverCpuShare['8 walls'].push(await cpuOf({ url, cpu }, 8, 'wall', seconds));
    serverCpuShare['1 camera opened'].push(await cpuOf({ url, cpu }, 1, 'opened', seconds));
  }
  for (const child of children.splice(0)) child.kill();

  writeFileSync(path.join(folder, 'spoken.json'), JSON.stringify(spoken));
  const stage = start('stage.mjs', path.join(folder, 'spoken.json'));
  children.push(stage);
  const [{ url: stageUrl }] = await once(stage, 'message');
  const shown = await framesOf(stageUrl);
  const told = Object.fromEntries(
    Object.entries(spoken).map(([look, { messages }]) => [look, rates(messages)]),
  );
  const result = { machine: machine(), cameras, rate, toldToADashboard: told, serverCpuShare, page: shown };
  console.log(JSON.stringify(result, null, 2));
  writeFileSync(
    path.join(import.meta.dirname, '../results/dashboard.json'),
    `${JSON.stringify(result, null, 2)}\n`,
  );
} finally {
  for (const child of children) child.kill();
  rmSync(folder, { recursive: true });
}

/** The page with all cameras, the same while it is scrolled, with one camera opened, and a page that shows nothing. */
async function framesOf(stageUrl) {
  const browser = await openBrowser();
  const measured = { 'empty page': [], wall: [], 'wall, scrolled': [], 'camera opened': [] };
  try {
    const viewport = { width: 1920, height: 1080 };
    for (let round = 0; round < rounds; round++) {
      const empty = await browser.newPage({ viewport });
      measured['empty page'].push(await measure(browser, empty, seconds));
      await empty.close();
      const page = await browser.newPage({ viewport });
      await page.goto(stageUrl);
      await page.waitForSelector(`.tile >> nth=${cameras - 1}`, { state: 'attached' });
      await sleep(3000);
      measured.wall.push(await measure(browser, page, seconds));
      await page.evaluate(() => {
        const step = () => {
          const end = document.documentElement.scrollHeight - innerHeight;
          scrollTo(0, scrollY >= end ? 0 : scrollY + 12);
          window.scrolling = requestAnimationFrame(step);
        };
        step();
      });
      measured['wall, scrolled'].push(await measure(browser, page, seconds));
      await page.evaluate(() => cancelAnimationFrame(window.scrolling));
      await page.locator('.tile', { hasText: 'camera 1' }).first().click();
      await sleep(3000);
      measured['camera opened'].push(await measure(browser, page, seconds));
      await page.close();
    }
  } finally {
    await browser.close();
  }
  return Object.fromEntries(Object.entries(measured).map(([name, list]) => [name, summed(list)]));
}
