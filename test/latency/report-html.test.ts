import { expect, it } from 'vitest';
import { latencyHtml, type LatencyReport, type LatencySample } from '../../src/latency/index.ts';

const REPORT: LatencyReport = {
  model: 'a <b> & "c"',
  path: 'direct',
  rate: 2,
  repeat: 1,
  machine: { cpu: 'CPU <1>', cores: 2, node: 'v0', platform: 'p' },
  recordings: 3,
  seconds: 12.345,
  events: 4000,
  eventsPerSecond: 1234.5,
  dropped: {},
  sequenceGaps: 7,
  unmeasured: 0,
  unknownLabels: [],
  sendDelayP99: 0.126,
  eventLoopDelayP99: 3,
  final: { decisions: 10, p50: 1.006, p90: 2, p99: 3, p999: 4, max: 5, mean: 6 },
  everyStep: { decisions: 100, p50: 7, p90: 8, p99: 9, p999: 10, max: 11, mean: 12 },
  byStep: [
    { step: 0, decisions: 50, accuracy: 0.25, confidence: 0.5 },
    { step: 1, decisions: 50, accuracy: null, confidence: 0.75 },
    { step: 2, decisions: 0, accuracy: 0, confidence: 0 },
  ],
};
const SAMPLES: LatencySample[] = Array.from({ length: 101 }, (_, i) => ({
  recording: 'r',
  window: i,
  step: 0,
  final: true,
  delayMs: 100 - i,
  computeMs: 1,
  atSeconds: i / 10,
  confidence: 1,
  correct: null,
}));

interface PageData {
  readonly distribution: [number[], number[]];
  readonly time: [number[], number[]];
  readonly steps: [number[], (number | null)[], number[]];
}

function dataOf(html: string): PageData {
  return JSON.parse(/^const data=(.*);$/m.exec(html)![1]!) as PageData;
}

it('holds the table, the account and the three plots', async () => {
  const html = await latencyHtml(REPORT, SAMPLES);
  expect(html).toContain(
    '<tr><th scope="row">final decisions</th><td>10</td><td>1.01</td><td>2.00</td><td>3.00</td><td>4.00</td><td>5.00</td><td>6.00</td></tr>',
  );
  expect(html).toContain('<th scope="row">every time step</th><td>100</td><td>7.00</td>');
  expect(html).toContain(
    'In process, without a network · open loop at 2× · 3 recordings in 12.3 s · 1,235 events/s',
  );
  expect(html).toContain(
    'Dropped: none · sequence gaps: 7 · the generator was late by 0.13 ms (p99), its event loop by 3.00 ms',
  );
  const { distribution, time, steps } = dataOf(html);
  // The delays are 0 to 100: a percentile is its own number.
  expect(distribution[0]).toEqual([...Array.from({ length: 99 }, (_, i) => i + 1), 99.5, 99.9, 100]);
  distribution[1].forEach((delay, i) =>
    expect(Math.abs(delay - distribution[0][i]!)).toBeLessThanOrEqual(0.5),
  );
  expect(time).toEqual([SAMPLES.map(({ atSeconds }) => atSeconds), SAMPLES.map(({ delayMs }) => delayMs)]);
  expect(steps).toEqual([
    [1, 2, 3],
    [25, null, 0],
    [50, 75, 0],
  ]);
});

it('names what was dropped, the way it went, and nothing as markup', async () => {
  const html = await latencyHtml({ ...REPORT, path: 'websocket', dropped: { overload: 3, '<late>': 4 } }, []);
  expect(html).toContain('Dropped: 3 overload, 4 &#60;late&#62; ·');
  expect(html).toContain('Through a real WebSocket, server in its own process');
  expect(html).toContain('Decision latency of a &#60;b&#62; &#38; &#34;c&#34;');
  expect(html).toContain('CPU &#60;1&#62;, 2 cores, Node v0');
});

it('needs nothing from elsewhere', async () => {
  const html = await latencyHtml(REPORT, SAMPLES);
  expect(html).not.toMatch(/<(?:link|img)|src=|@import|url\(/);
});
