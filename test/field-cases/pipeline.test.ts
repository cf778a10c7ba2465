/** Recordings of real users that were read wrongly without a word, on every way that they can take. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { clipOptionsOf, openEntry, readClips } from '../../datasets/index.ts';
import { createOracleEngine } from '../../src/inference/index.ts';
import { CameraClient, createLiveServer, openNodeSocket, replayRecordings } from '../../src/live/index.ts';
import { readModel } from '../../src/network/index.ts';
import { saccade } from '../helpers/cli.ts';

const here = import.meta.dirname;
const MODEL = path.resolve(here, '../../models/nmnist.safetensors');
const engine = createOracleEngine(readModel(readFileSync(MODEL)));

interface Line {
  readonly label?: string;
  readonly final?: boolean;
  readonly logits?: number[];
  readonly summary?: Record<string, unknown>;
}

async function classify(
  file: string,
  ...flags: string[]
): Promise<{ code: number; err: string; lines: Line[] }> {
  const { code, out, err } = await saccade('classify', file, '--model', MODEL, '--json', ...flags);
  return {
    code,
    err,
    lines: out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line),
  };
}

const decisions = (lines: readonly Line[]): (string | undefined)[] =>
  lines.filter(({ final }) => final).map(({ label }) => label);

/** What `saccade stream` does, as events or as bytes. */
async function stream(
  file: string,
  payload: 'raw' | 'events',
): Promise<{ labels: string[]; dropped: object }> {
  const server = await createLiveServer({ engine, port: 0, limits: { flushAfterMs: 600_000 } });
  const client = new CameraClient({
    url: `${server.url.replace('http', 'ws')}ingest`,
    hello: {
      camera: 'test',
      sensor: null,
      payload,
      policy: 'pause',
      ...(payload === 'raw' && { fileName: file }),
    },
    createSocket: openNodeSocket,
  });
  const labels: string[] = [];
  client.decisions$.subscribe(({ final, label }) => {
    if (final) labels.push(label);
  });
  await client.connect();
  const entry = await openEntry(file);
  if (payload === 'raw') for await (const chunk of entry.open()) await client.sendBytes(chunk);
  else await replayRecordings(client, [{ name: entry.id, label: null, open: entry.open }], { rate: 'max' });
  const { dropped } = await client.end();
  await server.close();
  return { labels, dropped };
}

describe('a recording of another sensor than the model’s', () => {
  const file = path.join(here, 'geometry-crop/rbig.aedat4');

  it('is scaled to it on every way, and that is said', async () => {
    const { code, lines, err } = await classify(file);
    expect([code, decisions(lines)]).toEqual([0, ['7']]);
    expect(err).toContain('a sensor of 340x340 is scaled to 34x34');
    for (const payload of ['raw', 'events'] as const)
      expect((await stream(file, payload)).labels).toEqual(['7']);
    const { clips, stream: report } = await readClips(await openEntry(file), clipOptionsOf(engine.model));
    expect((await engine.runClip(clips[0]!)).classIndex).toBe(7);
    expect(report).toMatchObject({ outside: 0, fit: { change: 'resized' } });
    const profiled = await saccade('profile', MODEL, file, '--json', '--repeats', '1');
    expect([profiled.code, profiled.err]).toEqual([0, expect.stringContaining('scaled to 34x34')]);
  });

  it('is cut or refused only where that is asked for', async () => {
    const cut = await classify(file, '--fit', 'crop');
    expect(cut.err).toContain('the middle 34x34 of a sensor of 340x340 is cut out');
    expect(cut.err).toMatch(/outside .* left out, \d+\.\d %/);
    const refused = await saccade('classify', file, '--model', MODEL, '--fit', 'refuse');
    expect([refused.code, refused.err]).toEqual([3, expect.stringContaining('OTHER_SENSOR')]);
  });
});

describe('one event with an absurd time', () => {
  const good = path.join(here, 'glitch-time/r.csv');
  const glitch = path.join(here, 'glitch-time/rglitch.csv');

  it('costs that event and nothing else, offline and live', async () => {
    const [expected, found] = [await classify(good), await classify(glitch)];
    expect(decisions(found.lines)).toEqual(decisions(expected.lines));
    expect(found.lines.at(-1)!.summary).toMatchObject({
      events: 3330,
      outliers: 1,
      lateEvents: 0,
      restarts: 0,
    });
    expect(found.err).toContain('1 event with an absurd time left out');
    const frames = async (file: string): Promise<number[]> => {
      const { clips } = await readClips(await openEntry(file), clipOptionsOf(engine.model));
      const [clip] = clips;
      const size = clip!.counts.length / clip!.steps;
      return Array.from({ length: clip!.steps }, (_, t) =>
        Array.from(clip!.counts.subarray(t * size, (t + 1) * size)).reduce((a, b) => a + b, 0),
      );
    };
    const [a, b] = [await frames(good), await frames(glitch)];
    expect(a).toEqual([325, 788, 200, 127, 484, 392, 87, 185, 513, 227]);
    expect(b.reduce((sum, n, i) => sum + Math.abs(n - a[i]!), 0)).toBe(1);
    for (const payload of ['raw', 'events'] as const)
      expect(await stream(glitch, payload)).toMatchObject({
        labels: decisions(expected.lines),
        dropped: { outlier: 1 },
      });
  });

  it('is an error under --strict', async () => {
    const { code, err } = await saccade('classify', glitch, '--model', MODEL, '--strict');
    expect([code, err]).toEqual([3, expect.stringContaining('UNSORTED')]);
  });
});

describe('late events', () => {
  it('events in order of their polarity: said, and refused under --strict', async () => {
    const file = path.join(here, 'late-events/rpol.csv');
    const { code, err, lines } = await classify(file);
    expect(code).toBe(0);
    // All 1,612 OFF events come behind the last ON event; one of them by a little more than a window.
    expect(err).toMatch(/1,611 events late, behind a time step that was closed, left out; .*convert --sort/);
    expect(lines.at(-1)!.summary).toMatchObject({ lateEvents: 1611, outliers: 1, restarts: 0, events: 3330 });
    expect((await saccade('classify', file, '--model', MODEL, '--strict')).code).toBe(3);
  });

  it('a little disorder is counted event by event', async () => {
    const file = path.join(here, 'late-events/unsorted.csv');
    const { lines, err } = await classify(file, '--geometry', '34x34');
    expect(lines.at(-1)!.summary).toMatchObject({ events: 6 });
    expect(err).not.toContain('absurd');
  });
});
