/** Workers, gateways and the broker as processes, which die under load. */
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import type { EventBatch } from '../../src/events/index.ts';
import {
  expectedVerdicts,
  ingestOf,
  LoadCamera,
  startGatewayProcess,
  startWorkerProcess,
  stream,
  verdictsOf,
  type Told,
  type Verdict,
} from '../helpers/cluster-load.ts';
import { startNats } from '../helpers/nats.ts';

const SECONDS = 5;
const CAMERAS = 4;
const streams: readonly EventBatch[] = Array.from({ length: CAMERAS }, (_, i) => stream(i + 1, SECONDS));
const MOVED = /its worker was lost/;
const GATEWAY_LOST = /gateway that this camera was connected to is gone/;
let expected: Verdict[][];

beforeAll(async () => {
  expected = await Promise.all(streams.map(expectedVerdicts));
});

/** Each decision of each camera once, in order, and what one process says. */
function expectExact(told: readonly Told[]): void {
  told.forEach(({ decisions, end }, i) => {
    expect(verdictsOf(decisions)).toEqual(expected[i]);
    expect(end.events).toBe(streams[i]!.length);
    const epochs = decisions.map(({ epoch }) => epoch);
    expect(epochs).toEqual([...epochs].sort((a, b) => a - b));
  });
}

const notesOf = (told: readonly Told[]): string[] =>
  told.flatMap(({ end }) => end.notes.map(({ text }) => text));

interface Load {
  readonly told: Promise<Told[]>;
  /** Resolves when all cameras together were told so many decisions. */
  decided(count: number): Promise<void>;
}

function load(url: string): Load {
  const cameras = streams.map((_, i) => new LoadCamera(url, `camera ${i}.*>`));
  return {
    told: Promise.all(streams.map((events, i) => cameras[i]!.run(events))),
    decided: (count) => decided(cameras, count),
  };
}

async function decided(cameras: readonly LoadCamera[], count: number): Promise<void> {
  const sum = (): number => cameras.reduce((all, { decisions }) => all + decisions.length, 0);
  await expect.poll(sum, { timeout: 60_000, interval: 5 }).toBeGreaterThanOrEqual(count);
}

describe('processes under load', { timeout: 120_000 }, () => {
  it('decide what one process does, bit for bit', async () => {
    const { url } = await startNats();
    const [gateway] = await Promise.all([
      startGatewayProcess(url),
      startWorkerProcess(url),
      startWorkerProcess(url),
    ]);
    const told = await load(ingestOf(gateway)).told;
    expectExact(told);
    expect(notesOf(told).filter((text) => MOVED.test(text))).toEqual([]);
  });

  it('a worker that is killed is replaced: nothing is lost, nothing is decided twice', async () => {
    const { url } = await startNats();
    const [gateway, first] = await Promise.all([
      startGatewayProcess(url),
      startWorkerProcess(url),
      startWorkerProcess(url),
    ]);
    const { told, decided: until } = load(ingestOf(gateway));
    await until(125);
    await first.end('SIGKILL');
    expectExact(await told);
    expect(notesOf(await told).some((text) => MOVED.test(text))).toBe(true);
  });

  it('a worker that stands still beyond its lease and then goes on decides nothing twice', async () => {
    const { url } = await startNats();
    const [gateway, first, second] = await Promise.all([
      startGatewayProcess(url),
      startWorkerProcess(url),
      startWorkerProcess(url),
    ]);
    const { told, decided: until } = load(ingestOf(gateway));
    await until(85);
    first.signal('SIGSTOP');
    await sleep(3200);
    first.signal('SIGCONT');
    expectExact(await told);
    expect([first.isRunning, second.isRunning]).toEqual([true, true]);
  });

  it('workers are restarted one by one, and no window is decided twice or begun anew', async () => {
    const { url } = await startNats();
    const [gateway, ...workers] = await Promise.all([
      startGatewayProcess(url),
      startWorkerProcess(url),
      startWorkerProcess(url),
    ]);
    const { told, decided: until } = load(ingestOf(gateway));
    for (const [i, worker] of workers.entries()) {
      await until(40 + 120 * i);
      const next = await startWorkerProcess(url);
      expect(await worker.end('SIGTERM')).toBe(0);
      expect(next.isRunning).toBe(true);
    }
    expectExact(await told);
    expect(notesOf(await told).filter((text) => MOVED.test(text))).toEqual([]);
  });

  it('a gateway that is killed: its cameras go on at another, under their names', async () => {
    const { url } = await startNats();
    const [first, second] = await Promise.all([
      startGatewayProcess(url),
      startGatewayProcess(url),
      startWorkerProcess(url),
    ]);
    const cameras = streams.map((_, i) => new LoadCamera(ingestOf(first), `camera ${i}`));
    const told = Promise.all(
      streams.map(async (events, i) => {
        const before = cameras[i]!;
        await expect(before.run(events)).rejects.toMatchObject({ code: 'NOT_CONNECTED' });
        const after = await new LoadCamera(ingestOf(second), `camera ${i}`, { speed: 4 }).run(events);
        return { before: before.decisions, after };
      }),
    );
    await Promise.all(cameras.map((camera) => decided([camera], 15)));
    await first.end('SIGKILL');
    const all = await told;
    expectExact(all.map(({ after }) => after));
    all.forEach(({ before, after }, i) => {
      expect(before.length).toBeGreaterThan(0);
      expect(verdictsOf(before)).toEqual(expected[i]!.slice(0, before.length));
      expect(after.end.notes.some(({ text }) => GATEWAY_LOST.test(text))).toBe(true);
      expect(after.decisions[0]!.epoch).toBeGreaterThan(before.at(-1)!.epoch);
    });
  });

  it('a gateway that stands still beyond its lease lets the names go that others have now', async () => {
    const { url } = await startNats();
    const [first, second] = await Promise.all([
      startGatewayProcess(url),
      startGatewayProcess(url),
      startWorkerProcess(url),
    ]);
    const events = streams[0]!;
    const before = new LoadCamera(ingestOf(first), 'camera');
    const ended = before.run(events).catch((error: unknown) => error);
    await decided([before], 15);
    first.signal('SIGSTOP');
    const after = new LoadCamera(ingestOf(second), 'camera');
    const told = after.run(events);
    await decided([after], 1);
    first.signal('SIGCONT');
    expect(await ended).toMatchObject({ code: 'NOT_CONNECTED' });
    expectExact([await told]);
    expect(verdictsOf(before.decisions)).toEqual(expected[0]!.slice(0, before.decisions.length));
  });

  it('a broker that is killed and comes back costs nothing but time', async () => {
    const nats = await startNats();
    const [gateway] = await Promise.all([startGatewayProcess(nats.url), startWorkerProcess(nats.url)]);
    const { told, decided: until } = load(ingestOf(gateway));
    await until(100);
    await nats.kill();
    await sleep(700);
    await nats.start();
    await until(200);
    // Longer than leases last.
    await nats.kill();
    await sleep(3000);
    await nats.start();
    expectExact(await told);
  });
});
