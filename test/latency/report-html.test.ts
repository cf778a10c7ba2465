import { beforeAll, describe, expect, it } from 'vitest';
import { latencyHtml, STAGE_TEXTS, type LatencyReport } from '../../src/latency/index.ts';
import { lineChart, stackedBars } from '../../src/latency/html/charts.ts';
import { digits } from '../../src/latency/html/markup.ts';
import { measured, model, recordingOf, regular, scriptedTarget, SETTINGS } from '../helpers/latency.ts';

let report: LatencyReport;
beforeAll(async () => {
  const [a, b] = model.network.classes as [string, string];
  const recordings = [a, b, a, b, '<cat>'].map((label, i) =>
    recordingOf(`${i}<i>.csv`, regular(2500), label),
  );
  const conditions = [1, 2].flatMap((rate) => [1, 2].map((cameras) => ({ ...SETTINGS, rate, cameras })));
  ({ report } = await measured({ recordings, conditions }));
}, 60_000);

/** What of a page matches, with what is around it. */
const found = (html: string, pattern: RegExp): string | undefined =>
  new RegExp(`.{0,30}(?:${pattern.source}).{0,30}`).exec(html)?.[0];

/** Every element that opens also closes, in order. */
function expectBalanced(html: string): void {
  const open: string[] = [];
  for (const [, close, name, rest] of html.matchAll(/<(\/?)([a-z][a-z0-9]*)((?:"[^"]*"|[^>"])*)>/g)) {
    if (rest!.endsWith('/') || name === 'meta') continue;
    if (close === '') open.push(name!);
    else expect(open.pop()).toBe(name);
  }
  expect(open).toEqual([]);
}

describe('the page', () => {
  it('needs no script and nothing from elsewhere', () => {
    const html = latencyHtml(report);
    expect(found(html, /<script|<link|<img|src=|@import|url\(|href=|\son[a-z]+=/)).toBeUndefined();
    expectBalanced(html);
  });

  it('holds the delays of every condition with their intervals', () => {
    const html = latencyHtml(report);
    for (const { final, everyStep, runs } of report.conditions) {
      for (const { mean, low, high } of [final.p50, final.p99, everyStep.p99])
        expect(html).toContain(`<td>${digits(mean)} <small>±${digits((high! - low!) / 2)}</small></td>`);
      for (const { clock } of runs)
        expect(html).toContain(
          `${clock!.offsetMs.toFixed(3)} <small>±${clock!.uncertaintyMs.toFixed(3)}</small>`,
        );
    }
    expect(html).toContain('1×, 1 camera');
    for (const { title } of Object.values(STAGE_TEXTS)) expect(html).toContain(title);
    expect(html).toContain('By times the recordings’ speed');
    expect(html).toContain('By cameras');
  });

  it('takes nothing for markup', () => {
    const html = latencyHtml({ ...report, model: { ...report.model, name: 'a <b> & "c"' } });
    expect(html).toContain('Decision latency of a &#60;b&#62; &#38; &#34;c&#34;');
    expect(html).toContain('no class &#60;cat&#62;');
    expect(html.includes('<i>.csv')).toBe(false);
    expectBalanced(html);
  });

  it('says what spoils a result before it', async () => {
    const [condition] = report.conditions;
    const punctual = {
      generatorLateMs: { p50: 0.5, p99: 1, max: 2 },
      eventLoopDelayMs: { p50: 0, p99: 0.5, max: 1 },
    };
    const fine = condition!.runs.map((run) => ({ ...run, ...punctual }));
    const quiet = latencyHtml({ ...report, unknownLabels: [], conditions: [{ ...condition!, runs: fine }] });
    expect(quiet.includes('class="warn"')).toBe(false);
    const spoilt = condition!.runs.map((run) => ({
      ...run,
      everyStep: { ...run.everyStep, outOfRange: 2 },
      generatorLateMs: { p50: 50, p99: 400, max: 500 },
      clock: { ...run.clock!, consistent: false },
      dropped: { overload: 7 },
      steps: { ...run.steps, missing: run.steps.expected },
    }));
    const html = latencyHtml({ ...report, conditions: [{ ...condition!, runs: spoilt }] });
    for (const text of [
      '4 delays were out of range',
      'In 2 runs the load generator itself was late',
      'clock did not run evenly',
      '7 overload',
      '<b>100 %</b>',
    ])
      // prettier-ignore
      expect(html).toContain(text);
  });

  it('also of a system that says nothing of itself, of one run, of nothing decided', async () => {
    const { report: silent } = await measured({
      repeats: 1,
      warmup: 0,
      open: async (_, used) => scriptedTarget(used, { trace: false }),
    });
    const html = latencyHtml(silent);
    expect(html).toContain('does not say where the time goes');
    expect(html).toContain('One run: no interval is known');
    expect(html).toContain('No stopping rule: no truth is known');
    expectBalanced(html);
    const { report: none } = await measured({
      open: async (_, used) => scriptedTarget(used, { drops: () => true }),
    });
    expectBalanced(latencyHtml(none));
    expect(found(latencyHtml(none), /NaN|Infinity|undefined/)).toBeUndefined();
  });

  it('has no number that is none', () => {
    expect(found(latencyHtml(report), /NaN|Infinity|undefined|null/)).toBeUndefined();
  });
});

describe('plots', () => {
  it('place larger values higher and to the right', () => {
    const svg = lineChart({ label: 'x' }, { label: 'y', log: true }, [
      { points: [{ x: 0, y: 1 }, { x: 1, y: 10 }, { x: 2, y: 1000 }], colour: 3 },
    ]); // prettier-ignore
    const [, path] = /<path class="line s3" d="M([^"]*)"/.exec(svg)!;
    const points = path!.split('L').map((point) => point.split(' ').map(Number));
    expect(points.map(([x]) => x)).toEqual([...points.map(([x]) => x!)].sort((a, b) => a - b));
    expect(points.map(([, y]) => y)).toEqual([...points.map(([, y]) => y!)].sort((a, b) => b - a));
    // Logarithmic: a factor of ten is a third of a factor of a thousand.
    const [a, b, c] = points.map(([, y]) => y!) as [number, number, number];
    expect((a - b) / (a - c)).toBeCloseTo(1 / 3, 2);
  });

  it('stack parts to their sum', () => {
    const svg = stackedBars(
      [
        { label: 'one', parts: [1, 2, 5] },
        { label: 'two', parts: [2, -0.1, 2] },
      ],
      'ms',
    );
    const widths = [...svg.matchAll(/<rect class="c(\d)"[^>]* width="([\d.]+)"/g)].map(([, colour, width]) => [Number(colour), Number(width)]); // prettier-ignore
    expect(widths.map(([colour]) => colour)).toEqual([0, 1, 2, 0, 1, 2]);
    const [w0, w1, w2, v0, v1] = widths.map(([, width]) => width!) as [
      number,
      number,
      number,
      number,
      number,
    ];
    expect(w1 / w0).toBeCloseTo(2, 1);
    expect(w2 / w0).toBeCloseTo(5, 1);
    expect([v0, v1]).toEqual([w1, 0]);
    expect(svg).toContain('>8.00 ms<');
    expect(svg).toContain('>3.90 ms<');
  });
});
