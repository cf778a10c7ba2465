/** The cluster inside one process, over both buses. */
import { describe, expect, it } from 'vitest';
import { allocateEvents, batchOf, sliceBatch, type EventBatch } from '../../../src/events/index.ts';
import { createOracleEngine, type InferenceEngine } from '../../../src/inference/index.ts';
import {
  openNodeSocket,
  ViewerClient,
  type DecisionMessage,
  type EndMessage,
  type Hello,
  type LiveServer,
} from '../../../src/live/index.ts';
import { randomModel } from '../../../src/network/index.ts';
import { memorySides, natsSides, startGateway, startWorker, type Sides } from '../../helpers/cluster.ts';
import { camera, engine, ingest, offline, randomEvents, SENSOR, serve } from '../../helpers/live.ts';
import { steered } from '../../helpers/steered-engine.ts';

const kinds: readonly (readonly [string, () => Promise<Sides>])[] = [
  ['in memory', async () => memorySides().sides],
  ['over NATS', async () => (await natsSides()).sides],
];

/** What does not depend on when and where it was made. */
export function essence({ latencyMs: _, computeMs: __, epoch: ___, ...rest }: DecisionMessage): object {
  return rest;
}

describe.each(kinds)('a cluster %s', (_, open) => {
  it.each([1, 40, 3000])(
    'decides what one process does, bit for bit, in messages of %i events',
    async (size) => {
      const sides = await open();
      await startWorker(sides);
      const gateway = await startGateway(sides);
      const events = randomEvents(3000, 5);
      const outcomes = await Promise.all(
        [gateway.server, await serve()].map(async (server) => {
          const client = camera(server);
          const decisions: DecisionMessage[] = [];
          client.decisions$.subscribe((decision) => decisions.push(decision));
          await client.connect();
          for (let at = 0; at < events.length; at += size)
            await client.sendEvents(sliceBatch(events, at, Math.min(events.length, at + size)));
          return { end: await client.end(), decisions };
        }),
      );
      const [ours, theirs] = outcomes;
      expect(ours!.end).toEqual(theirs!.end);
      expect(ours!.decisions.map(essence)).toEqual(theirs!.decisions.map(essence));
      expect(ours!.decisions.length).toBeGreaterThan(2);
      expect(ours!.decisions.every(({ epoch }) => epoch > 0)).toBe(true);
      expect(ours!.decisions.map(({ logits }) => logits).slice(0, 3)).toEqual(
        (await offline(events)).slice(0, 3),
      );
    },
  );

  it('shows the cameras of all gateways on the dashboards of each, and a name is one camera only', async () => {
    const sides = await open();
    await startWorker(sides);
    const [near, far] = [await startGateway(sides), await startGateway(sides)];
    const viewer = new ViewerClient({
      url: ingest(near.server).replace('ingest', 'view'),
      createSocket: openNodeSocket,
    });
    const seen = new Set<string>();
    viewer.cameras$.subscribe(({ camera: name, connected }) => seen.add(`${name} ${connected}`));
    viewer.decisions$.subscribe(({ camera: name }) => seen.add(`${name} decision`));
    viewer.stats$.subscribe(({ camera: name, events }) => events === 400 && seen.add(`${name} stats`));
    viewer.frames$.subscribe(({ camera: name, geometry }) => seen.add(`${name} frame ${geometry.width}`));
    const name = 'roof.* > 🦉';
    const client = camera(far.server, { camera: name });
    await client.connect();
    viewer.connect();
    await expect.poll(() => seen.has(`${name} true`)).toBe(true);
    await client.sendEvents(randomEvents(400, 1));
    for (const what of ['decision', 'stats', 'frame 8'])
      await expect.poll(() => [...seen]).toContain(`${name} ${what}`);
    await expect(camera(near.server, { camera: name }).connect()).rejects.toMatchObject({
      code: 'CAMERA_TAKEN',
    });
    await client.end();
    await expect.poll(() => seen.has(`${name} false`)).toBe(true);
    await camera(near.server, { camera: name }).connect();
    viewer.close();
  });

  it('gives a name to whoever knows the session of the connection that has it, at another gateway', async () => {
    const sides = await open();
    await startWorker(sides);
    const [near, far] = [await startGateway(sides), await startGateway(sides)];
    let session: string | undefined;
    const first = camera(
      far.server,
      {},
      {
        createSocket: (url, protocols) => {
          const socket = openNodeSocket(url, protocols);
          socket.addEventListener('message', ({ data }) => {
            session ??= (JSON.parse(String(data)) as { session?: string }).session;
          });
          return socket;
        },
      },
    );
    await first.connect();
    const lost = first.end().catch((error: unknown) => error);
    const events = randomEvents(600, 2);
    const second = camera(near.server, { session: session! });
    await second.connect();
    await second.sendEvents(events);
    expect((await second.end()).events).toBe(600);
    await lost;
  });
});

describe('a worker that falls behind', () => {
  const limits = { maxQueuedSteps: 6, maxAgeMs: 60_000, maxMessageBytes: 4096 };

  /** Whether it was all taken while nothing was decided, and what came of it. */
  async function overload(
    policy: Hello['policy'],
    events: EventBatch,
    decider: (engine: InferenceEngine) => Promise<LiveServer>,
  ): Promise<{ isTaken: boolean; end: EndMessage; decisions: object[] }> {
    const slow = steered(engine);
    const client = camera(await decider(slow.engine), { policy }, { highWaterBytes: 4096 });
    const decisions: object[] = [];
    client.decisions$.subscribe((decision) => decisions.push(essence(decision)));
    await client.connect();
    let isTaken = false;
    const ended = client.sendEvents(events).then(() => {
      isTaken = true;
      return client.end();
    });
    await expect.poll(() => slow.waiting()).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const wasTaken = isTaken;
    slow.release();
    return { isTaken: wasTaken, end: await ended, decisions };
  }

  const here = (own: InferenceEngine): Promise<LiveServer> => serve({ engine: own, limits });
  const there = async (own: InferenceEngine): Promise<LiveServer> => {
    const { sides } = memorySides();
    await startWorker(sides, { engine: own });
    return (await startGateway(sides, {}, { limits })).server;
  };

  it.each(['drop-oldest', 'drop-newest'] as const)(
    'has its gateway do %s, as one process does',
    async (policy) => {
      const events = randomEvents(6000, 3);
      const outcome = await overload(policy, events, there);
      expect(outcome).toEqual(await overload(policy, events, here));
      expect(outcome.isTaken).toBe(true);
      expect(outcome.end.dropped['overload']).toBeGreaterThan(3000);
      expect(outcome.decisions.length).toBeGreaterThan(3);
    },
  );

  it('has its gateway pause a camera, and nothing is lost', async () => {
    // More than sockets hold, in a few windows.
    const arrays = allocateEvents(1_500_000);
    arrays.t.forEach((_, i) => (arrays.t[i] = Math.floor(i / 40)));
    const events = batchOf(arrays, 1_500_000, SENSOR);
    const outcome = await overload('pause', events, there);
    expect(outcome).toEqual(await overload('pause', events, here));
    expect(outcome.isTaken).toBe(false);
    expect(outcome.end.dropped['overload']).toBeUndefined();
    expect(outcome.end.events).toBe(1_500_000);
  });
});

describe('without a worker of its model', () => {
  it('a gateway waits, says so, and goes on when there is one', async () => {
    const { sides } = memorySides();
    const other = createOracleEngine(randomModel({ seed: 5, steps: 3, ...SENSOR }));
    await startWorker(sides, { engine: other, modelDigest: 'another' });
    const { server, cluster } = await startGateway(sides);
    const viewer = new ViewerClient({
      url: ingest(server).replace('ingest', 'view'),
      createSocket: openNodeSocket,
    });
    const notes = new Set<string>();
    viewer.stats$.subscribe((stats) => stats.notes.forEach(({ text }) => notes.add(text)));
    viewer.connect();
    const client = camera(server);
    const decisions: DecisionMessage[] = [];
    client.decisions$.subscribe((decision) => decisions.push(decision));
    await client.connect();
    const events = randomEvents(1500, 3);
    await client.sendEvents(events);
    await expect.poll(() => [...notes].some((text) => text.startsWith('no worker decides'))).toBe(true);
    expect([cluster.isReady, cluster.isConnected, cluster.otherModels, decisions.length]).toEqual([
      false,
      true,
      1,
      0,
    ]);
    await startWorker(sides);
    await expect.poll(() => cluster.isReady).toBe(true);
    await client.end();
    const expected = await offline(events);
    expect(decisions.slice(0, expected.length).map(({ logits }) => logits)).toEqual(expected);
    viewer.close();
  });

  it('a camera that leaves does not keep what it sent waiting for ever', async () => {
    const { sides } = memorySides();
    const lost: object[] = [];
    const warn = (fields: object, message: string): void => {
      if (message === 'window lost') lost.push(fields);
    };
    const logger = { info: () => undefined, warn, error: warn };
    const { server } = await startGateway(sides, { logger });
    const client = camera(server);
    await client.connect();
    await client.sendEvents(randomEvents(1500, 3));
    client.close();
    await expect.poll(() => lost, { timeout: 25_000 }).toMatchObject([{ camera: 'test' }]);
  });
});

it('cameras are spread over workers, and over those that come later', async () => {
  const { sides } = memorySides();
  const workers = [await startWorker(sides), await startWorker(sides)];
  const { server } = await startGateway(sides);
  const cameras = Array.from({ length: 6 }, (_, i) => camera(server, { camera: `c${i}` }));
  await Promise.all(cameras.map((client) => client.connect()));
  let t = 0;
  const send = async (): Promise<void> => {
    t += 200_000;
    await Promise.all(cameras.map((client, i) => client.sendEvents(randomEvents(60, i, t))));
  };
  await send();
  await expect.poll(() => workers.map((worker) => worker.cameras)).toEqual([3, 3]);
  workers.push(await startWorker(sides));
  await expect
    .poll(async () => {
      await send();
      return workers.map((worker) => worker.cameras);
    })
    .toEqual([2, 2, 2]);
  const [first] = workers;
  const closed = first!.close();
  await expect
    .poll(async () => {
      await send();
      return workers.map((worker) => worker.cameras);
    })
    .toEqual([0, 3, 3]);
  await closed;
});
