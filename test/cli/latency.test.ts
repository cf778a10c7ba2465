/** `saccade latency` in a process of its own. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createEngine } from '../../src/inference/index.ts';
import { histogramOf } from '../../src/latency/histogram.ts';
import { readLatencyReport, type Comparison, type LatencyReport } from '../../src/latency/index.ts';
import { createLiveServer } from '../../src/live/index.ts';
import { readModel } from '../../src/network/index.ts';
import { saccadeProcess } from '../helpers/process.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const root = path.resolve(import.meta.dirname, '../..');
const model = path.join(root, 'models/nmnist.safetensors');
const seven = path.join(root, 'examples/recordings/nmnist/Test/7/00001.bin');

function fileOf(name: string, content: string): string {
  const file = path.join(temporaryFolder(), name);
  writeFileSync(file, content);
  return file;
}

/** A live server in this process, and its address. */
async function liveServer(): Promise<{ url: string }> {
  const engine = await createEngine(readModel(readFileSync(model)));
  const server = await createLiveServer({ engine, port: 0 });
  onTestFinished(async () => {
    await server.close();
    engine.dispose();
  });
  return { url: server.url.replace(/^http/, 'ws').replace(/\/$/, '') };
}

describe('latency', () => {
  const flags = ['--rate', '20', '--repeat', '2', '--warmup', '3'];
  const measure = (...more: string[]): ReturnType<typeof saccadeProcess> =>
    saccadeProcess(['latency', '--model', model, '--recording', seven, ...flags, ...more], {
      timeoutMs: 120_000,
    });

  it('runs of warm-up and recordings, each with a server of its own, into three files', async () => {
    const out = temporaryFolder();
    const result = await measure('--json', '--out', out);
    expect(result).toMatchObject({ code: 0, err: '' });
    const report = readLatencyReport(String(result.out), 'standard output');
    const { runs, settings } = report.conditions[0]!;
    expect(settings).toEqual({ rate: 20, cameras: 1, policy: 'pause', threads: 1, windowMs: 300 });
    expect(runs.map(({ events, steps }) => [events, steps.expected, steps.measured])).toEqual([
      [3330, 10, 10],
      [3330, 10, 10],
    ]);
    // Two processes: two clocks, a start apart.
    for (const { clock, stages } of runs) {
      expect(clock!.consistent).toBe(true);
      expect(Math.abs(clock!.offsetMs)).toBeGreaterThan(10);
      expect(stages).toHaveLength(8);
    }
    expect(readdirSync(out).sort()).toEqual(['latency.csv', 'latency.html', 'latency.json']);
    expect(readLatencyReport(readFileSync(path.join(out, 'latency.json'), 'utf8'), 'file')).toEqual(report);
    const lines = readFileSync(path.join(out, 'latency.csv'), 'utf8').trim().split('\n');
    // Each run: three of the warm-up and one, ten steps each.
    expect(lines).toHaveLength(1 + 2 * 4 * 10);
    expect(new Set(lines.map((line) => line.split(',').length)).size).toBe(1);
  });

  it('a sweep, and two reports beside each other', async () => {
    const [before, after] = [temporaryFolder(), temporaryFolder()];
    const swept = await measure('--direct', '--sweep', 'window=150,300', 'cameras=1,2', '--out', before);
    expect(swept).toMatchObject({ code: 0, err: '' });
    for (const text of ['2 cameras, pause, 1 thread, window 150 ms', 'without a network'])
      expect(String(swept.out)).toContain(text);
    expect((await measure('--direct', '--out', after)).code).toBe(0);
    const files = [before, after].map((folder) => path.join(folder, 'latency.json'));
    const compared = await saccadeProcess(['latency', 'compare', ...files, '--json']);
    expect(compared).toMatchObject({ code: 0, err: '' });
    const { conditions, onlyBefore } = JSON.parse(String(compared.out)) as Comparison;
    expect(conditions.map((own) => own.before)).toEqual([conditions[0]!.after]);
    expect(onlyBefore).toHaveLength(3);
    const text = await saccadeProcess(['latency', 'compare', ...files]);
    expect(String(text.out)).toContain('only before: 20x, 2 cameras, pause, 1 thread, window 150 ms');
  });

  it('compare: slower than allowed is 5, no report 3, nothing in common 3, help and usage as elsewhere', async () => {
    const folder = temporaryFolder();
    expect((await measure('--direct', '--out', folder)).code).toBe(0);
    const file = path.join(folder, 'latency.json');
    const report = JSON.parse(readFileSync(file, 'utf8')) as LatencyReport;
    const runsOf = (...medians: number[]): LatencyReport => {
      const [condition] = report.conditions;
      const runs = medians.map((p50) => {
        const { final } = condition!.runs[0]!;
        const distribution = histogramOf(
          Array.from({ length: final.summary.decisions }, () => p50),
        ).distribution();
        return { ...condition!.runs[0]!, final: distribution };
      });
      const mean = medians.reduce((a, b) => a + b, 0) / medians.length;
      const own = { ...condition!.final, p50: { n: 2, mean, low: null, high: null } };
      return { ...report, conditions: [{ ...condition!, runs, final: own }] };
    };
    const [fast, slow] = [runsOf(1, 1.01), runsOf(2, 2.02)].map((own, i) =>
      fileOf(`${i}.json`, JSON.stringify(own)),
    );
    const compare = (...args: (string | undefined)[]): ReturnType<typeof saccadeProcess> =>
      saccadeProcess(['latency', 'compare', ...args.map(String)]);
    expect(await compare(fast, slow)).toMatchObject({ code: 0, err: '' });
    expect((await compare(fast, slow, '--max-slowdown', '50')).code).toBe(5);
    expect((await compare(fast, slow, '--max-slowdown', '150')).code).toBe(0);
    expect((await compare(slow, fast, '--max-slowdown', '1')).code).toBe(0);
    expect(await compare(fast, fileOf('none.json', '{}'))).toMatchObject({
      code: 3,
      err: expect.stringMatching(/^error BAD_REPORT: .*none\.json/),
    });
    expect((await compare(fast, '/no/such/file')).code).toBe(3);
    const rates = [2, 3].map((rate) => ({ ...report.conditions[0]!, settings: { ...report.conditions[0]!.settings, rate } })); // prettier-ignore
    const foreign = fileOf('foreign.json', JSON.stringify({ ...report, conditions: rates }));
    expect(await compare(fast, foreign)).toMatchObject({ code: 3, err: expect.stringContaining('NOTHING_TO_COMPARE') }); // prettier-ignore
    expect((await compare(fast)).code).toBe(2);
    expect(String((await compare('--help')).out)).toContain('Examples:');
  });

  it('a server elsewhere', async () => {
    const { url } = await liveServer();
    const remote = await measure('--url', url, '--json', '--out', temporaryFolder());
    expect(remote).toMatchObject({ code: 0, err: '' });
    const report = readLatencyReport(String(remote.out), 'standard output');
    expect(report).toMatchObject({ path: 'remote', url: `${url}/ingest`, engine: null });
    expect(report.conditions[0]).toMatchObject({ settings: { threads: null } });
  });

  it.each([
    [['--sweep', 'speed=1'], 'name=value'],
    [['--sweep', 'rate=1,0'], 'above 0'],
    [['--sweep', 'rate=1', 'rate=2'], 'twice'],
    [['--sweep', 'window=7.7777'], 'whole number of microseconds'],
    [['--url', 'ws://127.0.0.1:9', '--sweep', 'threads=1,2'], 'its own threads'],
    [['--url', 'ws://127.0.0.1:9', '--direct'], '--direct has no effect with --url'],
    [['--rate', '2', '--sweep', 'rate=1,2'], '--rate is varied by --sweep'],
    [['--engine', 'oracle', '--sweep', 'threads=1,2'], 'computes on one thread'],
    [['--url', '127.0.0.1'], 'give ws://host:port'],
    [['--choice', '2'], 'from 0 to 1'],
  ])('what cannot be is a usage error: %j', async (more, message) => {
    const { code, err } = await measure(...more);
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(message) });
  });

  it('needs a model and recordings, but not to compare or to help', async () => {
    const { code, err } = await saccadeProcess(['latency', '--model', model]);
    expect({ code, err }).toEqual({
      code: 2,
      err: expect.stringContaining("'--recording <path...>' not specified"),
    });
  });

  it('nothing measured is a failure, with a report', async () => {
    const out = temporaryFolder();
    const none = fileOf('none.csv', 'x,y,p,t\n');
    const args = [
      'latency',
      '--model',
      model,
      '--recording',
      none,
      '--time-unit',
      'us',
      '--repeat',
      '1',
      '--direct',
    ];
    const { code, err } = await saccadeProcess([...args, '--out', out]);
    expect({ code, err }).toEqual({ code: 3, err: expect.stringContaining('NOTHING_MEASURED') });
    expect(readdirSync(out)).toContain('latency.json');
  });
});
