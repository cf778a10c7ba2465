/**
 * Processes that are killed at random points under load, and a network that is cut. `KILLS` says how often, `SEED` when. Needs the
 * built command; cuts the network only as root and where there is `ip`.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { SeededRandom, type EventBatch } from '../../src/events/index.ts';
import {
  expectedVerdicts,
  ingestOf,
  MODEL,
  RecordingCamera,
  startGatewayProcess,
  startWorkerProcess,
  stream,
  type Verdict,
} from '../helpers/cluster-load.ts';
import { startNats } from '../helpers/nats.ts';
import { startService, type Service } from '../helpers/services.ts';

const KILLS = Number(process.env['KILLS'] ?? 50);
const SEED = Number(process.env['SEED'] ?? 1);
const CAMERAS = 4;
const SECONDS = 2;

const streams: readonly EventBatch[] = Array.from({ length: CAMERAS }, (_, i) => stream(i + 1, SECONDS));
let expected: Verdict[][];

beforeAll(async () => {
  expected = await Promise.all(streams.map(expectedVerdicts));
});

const cameras = (url: string): RecordingCamera[] =>
  streams.map((events, i) => new RecordingCamera(url, `camera ${i}`, events));

/** Every recording decided once, and as one process decides. */
function expectAll(all: readonly RecordingCamera[]): void {
  let recordings = 0;
  all.forEach((camera, i) => {
    for (const verdicts of camera.verdicts) expect(verdicts).toEqual(expected[i]);
    expect(camera.end?.events).toBe(camera.begun * streams[i]!.length);
    recordings += camera.begun;
  });
  process.stdout.write(`${recordings} recordings, all of them exact\n`);
}

async function underLoad(gateway: Service, disturb: () => Promise<void>): Promise<RecordingCamera[]> {
  const all = cameras(ingestOf(gateway));
  const running = Promise.all(all.map((camera) => camera.run()));
  await disturb();
  for (const camera of all) camera.isStopped = true;
  expect(await running, `${gateway.child.exitCode} ${gateway.err}`).toEqual(all.map(() => true));
  return all;
}

describe(`${KILLS} kills, seed ${SEED}`, () => {
  it('of workers', async () => {
    const random = new SeededRandom(SEED);
    const { url } = await startNats();
    const gateway = await startGatewayProcess(url);
    const workers = await Promise.all([
      startWorkerProcess(url),
      startWorkerProcess(url),
      startWorkerProcess(url),
    ]);
    const all = await underLoad(gateway, async () => {
      for (let kill = 0; kill < KILLS; kill++) {
        await sleep(random.integer(1000));
        const [victim] = workers.splice(random.integer(workers.length), 1);
        await victim!.end('SIGKILL');
        workers.push(await startWorkerProcess(url));
      }
    });
    expectAll(all);
    const moves = all.flatMap(({ end }) =>
      end!.notes.filter(({ text }) => text.includes('its worker was lost')),
    );
    expect(moves.length).toBeGreaterThan(0);
  });

  it('of the broker', async () => {
    const random = new SeededRandom(SEED + 1);
    const nats = await startNats();
    const [gateway] = await Promise.all([
      startGatewayProcess(nats.url),
      startWorkerProcess(nats.url),
      startWorkerProcess(nats.url),
    ]);
    expectAll(
      await underLoad(gateway, async () => {
        for (let kill = 0; kill < KILLS; kill++) {
          await sleep(random.integer(2000));
          await nats.kill();
          // Now and then for longer than leases last.
          await sleep(random.integer(kill % 10 === 0 ? 4000 : 500));
          await nats.start();
        }
        await sleep(2000);
      }),
    );
  });

  it('of gateways', async () => {
    const random = new SeededRandom(SEED + 2);
    const { url } = await startNats();
    await Promise.all([startWorkerProcess(url), startWorkerProcess(url)]);
    const gateways = await Promise.all([startGatewayProcess(url), startGatewayProcess(url)]);
    let isOver = false;
    const connections: RecordingCamera[][] = streams.map(() => []);
    const running = Promise.all(
      streams.map(async (events, i) => {
        for (let at = i; ; at++) {
          const camera = new RecordingCamera(ingestOf(gateways[at % 2]!), `camera ${i}`, events);
          camera.isStopped = isOver;
          connections[i]!.push(camera);
          if (await camera.run()) return;
          await sleep(50);
        }
      }),
    );
    for (let kill = 0; kill < KILLS; kill++) {
      await sleep(500 + random.integer(1500));
      const victim = random.integer(2);
      await gateways[victim]!.end('SIGKILL');
      gateways[victim] = await startGatewayProcess(url);
    }
    isOver = true;
    for (const all of connections) all.at(-1)!.isStopped = true;
    await running;
    let [whole, begun] = [0, 0];
    connections.forEach((all, i) => {
      let lastEpoch = 0;
      for (const camera of all) {
        // A connection that was cut off: what was decided until then, and that without gaps.
        const decided = camera.verdicts.flat();
        const all = camera.verdicts.flatMap(() => expected[i]!);
        expect(decided).toEqual(camera.end === undefined ? all.slice(0, decided.length) : all);
        begun += camera.begun;
        whole += camera.verdicts.filter(({ length }) => length === expected[i]!.length).length;
        const epochs = camera.camera.decisions.map(({ epoch }) => epoch);
        if (epochs.length === 0) continue;
        expect(Math.min(...epochs)).toBeGreaterThan(lastEpoch);
        lastEpoch = Math.max(...epochs);
      }
    });
    process.stdout.write(
      `${connections.flat().length} connections, ${begun} recordings begun, ${whole} whole\n`,
    );
  });
});

/** Whether this process may make networks. */
const hasNetworks =
  process.getuid?.() === 0 && spawnSync('ip', ['netns', 'list'], { stdio: 'ignore' }).status === 0;

describe.runIf(hasNetworks)('a worker in a network of its own', () => {
  it('that is cut off is replaced, and decides nothing twice when it is back', async () => {
    const name = `saccade-${process.pid}`;
    const [inside, outside] = [`si${process.pid}`, `so${process.pid}`];
    const ip = (...args: string[]): void => void execFileSync('ip', args);
    ip('netns', 'add', name);
    onTestFinished(() => void spawnSync('ip', ['netns', 'del', name]));
    ip('link', 'add', outside, 'type', 'veth', 'peer', 'name', inside, 'netns', name);
    ip('addr', 'add', '10.213.7.1/30', 'dev', outside);
    ip('link', 'set', outside, 'up');
    ip('-n', name, 'addr', 'add', '10.213.7.2/30', 'dev', inside);
    ip('-n', name, 'link', 'set', inside, 'up');
    const { port } = await startNats('-a', '10.213.7.1');
    const url = `nats://10.213.7.1:${port}`;
    const far = await startService(
      ['worker', '--model', MODEL, '--nats', url, '--json'],
      { LOG_LEVEL: 'info' },
      ['ip', 'netns', 'exec', name],
    );
    const [gateway, near]: [Service, Service] = [
      await startGatewayProcess(url),
      await startWorkerProcess(url),
    ];
    expectAll(
      await underLoad(gateway, async () => {
        for (const [cutMs, wellMs] of [
          [500, 3000],
          [4000, 6000],
          [12_000, 8000],
        ] as const) {
          await sleep(1500);
          ip('link', 'set', outside, 'down');
          await sleep(cutMs);
          ip('link', 'set', outside, 'up');
          await sleep(wellMs);
        }
      }),
    );
    expect([far.isRunning, near.isRunning]).toEqual([true, true]);
    expect(far.err).toContain('lease lost');
    expect(far.err.match(/lease taken/g)!.length).toBeGreaterThan(1);
  });
});
