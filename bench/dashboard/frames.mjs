/** How even a page's frames are, and what they cost. */
import { chromium } from 'playwright-core';
import { percentile } from '../../dist/src/index.js';

export const openBrowser = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--headless', '--disable-background-networking'],
  });

/** In the page: times of animation frames and of tasks of more than 50 ms. */
function watchFrames(seconds) {
  return new Promise((resolve) => {
    const times = [];
    const longTasksMs = [];
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) longTasksMs.push(duration);
    }).observe({ type: 'longtask' });
    const end = performance.now() + 1000 * seconds;
    const frame = (time) => {
      times.push(time);
      if (performance.now() < end) requestAnimationFrame(frame);
      else resolve({ times, longTasksMs });
    };
    requestAnimationFrame(frame);
  });
}

/** Frames and cost of what a page shows, over so many seconds. */
export async function measure(browser, page, seconds) {
  const session = await browser.newBrowserCDPSession();
  const own = await page.context().newCDPSession(page);
  // CPU time: what other programs of the machine take is no part of it.
  await own.send('Performance.enable', { timeDomain: 'threadTicks' });
  const cpu = async () => {
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    return processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0);
  };
  const tasks = async () => {
    const { metrics } = await own.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration').value;
  };
  const [cpuBefore, tasksBefore] = [await cpu(), await tasks()];
  const { times, longTasksMs } = await page.evaluate(watchFrames, seconds);
  const [cpuAfter, tasksAfter] = [await cpu(), await tasks()];
  const intervals = times.slice(1).map((time, i) => time - times[i]);
  return {
    intervals,
    longTasksMs,
    chromiumCpuShare: (cpuAfter - cpuBefore) / seconds,
    mainThreadCpuShare: (tasksAfter - tasksBefore) / seconds,
  };
}

/** Of several measurements. */
export function summed(measurements) {
  const intervals = measurements.flatMap((one) => one.intervals).sort((a, b) => a - b);
  const longTasksMs = measurements.flatMap((one) => one.longTasksMs);
  const share = (name) =>
    measurements.map((one) => one[name]).sort((a, b) => a - b)[measurements.length >> 1];
  const rounded = (value, digits = 2) => Number(value.toFixed(digits));
  const total = intervals.reduce((sum, interval) => sum + interval, 0);
  return {
    framesPerSecond: rounded((1000 * intervals.length) / total),
    frameMs: Object.fromEntries(
      [0.1, 0.5, 0.9, 0.99, 1].map((p) => [
        p === 0.5 ? 'median' : p === 1 ? 'max' : `p${100 * p}`,
        rounded(percentile(intervals, p)),
      ]),
    ),
    longTasks: { count: longTasksMs.length, longestMs: rounded(Math.max(0, ...longTasksMs), 0) },
    mainThreadCpuShare: rounded(share('mainThreadCpuShare'), 3),
    chromiumCpuShare: rounded(share('chromiumCpuShare'), 3),
  };
}
