import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { sliceBatch } from '../../../src/events/index.ts';
import {
  findTakes,
  Recorder,
  replayTake,
  ServerProblems,
  type LiveServer,
  type RecordLimits,
} from '../../../src/live/index.ts';
import { LiveMetrics } from '../../../src/live/metrics/index.ts';
import { camera, engine, randomEvents, serve } from '../../helpers/live.ts';
import { scrape } from '../../helpers/scrape.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

async function recording(
  limits: Partial<RecordLimits>,
  folder = temporaryFolder(),
): Promise<{ folder: string; recorder: Recorder; server: LiveServer; error: ReturnType<typeof vi.fn> }> {
  const error = vi.fn();
  const logger = { info: vi.fn(), warn: vi.fn(), error };
  const problems = new ServerProblems();
  const recorder = await Recorder.open({ folder, limits, logger, problems });
  const extensions = [new LiveMetrics({ recorder, problems }), recorder];
  return { folder, recorder, error, server: await serve({ extensions, logger, problems }) };
}

async function stream(
  server: LiveServer,
  name: string,
  count: number,
): Promise<{ events: number; decisions: number }> {
  const client = camera(server, { camera: name });
  await client.connect();
  const events = randomEvents(count, 1);
  for (let at = 0; at < count; at += 200)
    await client.sendEvents(sliceBatch(events, at, Math.min(count, at + 200)));
  return client.end();
}

const sizeOf = (folder: string): number =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => statSync(path.join(folder, name)))
    .reduce((sum, entry) => sum + (entry.isFile() ? entry.size : 0), 0);

it('removes the oldest beyond the total, whole takes too, and goes on over restarts', async () => {
  const limits = { recordPartBytes: 8_000, recordTotalBytes: 300_000 };
  const { folder, recorder, server } = await recording(limits);
  for (let i = 0; i < 10; i++) {
    await stream(server, `camera-${i}`, 2_000);
    // What is oldest is by when it was on disk.
    await recorder.close();
  }
  await server.close();
  expect(recorder.account.removedParts).toBeGreaterThan(5);
  expect(recorder.account.bytes).toBeLessThanOrEqual(300_000);
  expect(sizeOf(folder)).toBeLessThanOrEqual(300_000);
  const names = (await findTakes(folder)).map(({ take }) => take.camera);
  expect(names).toContain('camera-9');
  expect(names).not.toContain('camera-0');
  const last = (await findTakes(folder)).at(-1)!;
  expect(await replayTake(last, { engine })).toMatchObject({
    different: [],
    notReplayed: 0,
    missingParts: 0,
  });

  const again = await recording({ ...limits, recordTotalBytes: 60_000 }, folder);
  await again.server.close();
  expect(sizeOf(folder)).toBeLessThanOrEqual(60_000);
  expect((await findTakes(folder)).length).toBeGreaterThan(0);
});

/** What `/healthz` and `/metrics` say is wrong. */
async function problemsOf(server: LiveServer): Promise<{ health: string[]; metrics: string[] }> {
  const answer = await fetch(`${server.url}healthz`);
  const health = (await answer.json()) as { status: string; problems: { code: string }[] };
  expect([answer.status, health.status]).toEqual([200, 'ok']);
  const seen = await scrape(server);
  const metrics = [...seen.keys()].filter((key) => key.startsWith('saccade_problem_active'));
  expect(seen.get('saccade_problems')).toBe(metrics.length);
  return { health: health.problems.map(({ code }) => code), metrics };
}

/** Once, and to everybody who asks. */
async function expectStopped(server: LiveServer): Promise<void> {
  expect(await problemsOf(server)).toEqual({
    health: ['record-stopped'],
    metrics: ['saccade_problem_active{code="record-stopped"}'],
  });
}

it('a disk that does not take it ends the recording, once, and nothing else', async () => {
  const { folder, recorder, server, error } = await recording({ recordPartBytes: 2_000 });
  rmSync(folder, { recursive: true });
  writeFileSync(folder, 'a file');
  expect(await problemsOf(server)).toEqual({ health: [], metrics: [] });
  const { events, decisions } = await stream(server, 'a', 5_000);
  expect(events).toBe(5_000);
  expect(decisions).toBeGreaterThan(5);
  await expect.poll(() => recorder.account.stopped).toMatch(/^E[A-Z]+$/);
  expect((await stream(server, 'b', 1_000)).events).toBe(1_000);
  expect(error).toHaveBeenCalledTimes(1);
  expect(error.mock.calls[0]).toMatchObject([
    { code: recorder.account.stopped },
    expect.stringContaining('recording stopped, the service goes on'),
  ]);
  await expectStopped(server);
});

/** A file system of so many bytes, as far as this process may make one. */
function smallDisk(bytes: number): string | null {
  const folder = temporaryFolder();
  const made = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', folder]);
  if (made.status !== 0) return null;
  onTestFinished(() => {
    spawnSync('umount', ['--lazy', folder]);
  });
  return folder;
}

it('a disk that is full in the middle of a part ends the recording; what was whole stays, and is replayed', async (test) => {
  const disk = smallDisk(256 * 1024);
  if (disk === null) return test.skip('no file system can be made here');
  const { recorder, server, error } = await recording({ recordPartBytes: 40_000 }, disk);
  const client = camera(server, { camera: 'a' });
  let told = -1;
  client.decisions$.subscribe(() => told++);
  await client.connect();
  const events = randomEvents(20_000, 1);
  for (let at = 0; at < 20_000; at += 200) {
    await client.sendEvents(sliceBatch(events, at, at + 200));
    // The first parts are on disk, with their decisions, before the rest comes.
    if (at <= 8_000 && at % 1_000 === 0) await expect.poll(() => told).toBeGreaterThan(at / 200 - 1);
    if (at === 8_000) await expect.poll(() => recorder.account.parts).toBeGreaterThan(1);
  }
  expect(await client.end()).toMatchObject({ events: 20_000, decisions: expect.any(Number) as number });
  await expect.poll(() => recorder.account.stopped).toBe('ENOSPC');
  expect(error).toHaveBeenCalledTimes(1);
  await expectStopped(server);
  // Other cameras are served, and not recorded.
  expect((await stream(server, 'b', 1_000)).events).toBe(1_000);
  await server.close();
  expect(recorder.account).toMatchObject({ lostTakes: 1 });
  const takes = await findTakes(disk);
  expect(takes.map(({ take }) => take.camera)).toEqual(['a']);
  expect(takes[0]!.parts.length).toBeGreaterThan(1);
  const outcome = await replayTake(takes[0]!, { engine });
  expect(outcome).toMatchObject({ different: [], missingParts: 0, skippedParts: 0 });
  expect(outcome.same).toBeGreaterThan(10);
  // Nothing that is not whole is left behind.
  const names = readdirSync(disk, { recursive: true, encoding: 'utf8' });
  expect(names.filter((name) => name.endsWith('.part'))).toEqual([]);
});

it('a camera that is faster than the disk is not recorded any further, and told nothing of it', async () => {
  const { folder, recorder, server } = await recording({ recordBacklogBytes: 1_024 });
  const { events } = await stream(server, 'a', 4_000);
  expect(events).toBe(4_000);
  await server.close();
  expect(recorder.account).toMatchObject({ lostTakes: 1, stopped: null });
  expect(
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /part$|aedat4$/.test(name)),
  ).toEqual([]);
});
