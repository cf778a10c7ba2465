/** Cameras whose windows wait because of the cluster: they are told, and what is left out is counted under its reason. */
import { expect, it, onTestFinished } from 'vitest';
import {
  LEASE_TIMES,
  NatsConnection,
  NatsEventBus,
  NatsKeyValueStore,
  parseNatsAddress,
} from '../../../src/cluster/index.ts';
import type { DecisionMessage, DropsMessage, Hello, LiveServer } from '../../../src/live/index.ts';
import { memorySides, natsSides, startGateway, startWorker, type Side } from '../../helpers/cluster.ts';
import { camera, randomEvents } from '../../helpers/live.ts';

/** A camera that sends for as long as it is let, and what it is told. */
class Sender {
  readonly client;
  readonly drops: DropsMessage[] = [];
  readonly decisions: DecisionMessage[] = [];
  #sent = 0;
  #isOver = false;
  #running: Promise<void> | undefined;

  constructor(server: LiveServer, policy: Hello['policy'], name = 'test') {
    this.client = camera(server, { policy, camera: name });
    this.client.drops$.subscribe((message) => this.drops.push(message));
  }

  async start(): Promise<void> {
    this.client.decisions$.subscribe({
      next: (decision) => this.decisions.push(decision),
      error: () => undefined,
    });
    await this.client.connect();
    this.#running = this.#run();
  }

  get standstills(): (string | null)[] {
    return this.drops.map(({ standstill }) => standstill?.reason ?? null);
  }

  /** Ends, and checks that each event was decided, or counted as left out. Of what was left out, what the end cuts off is not told. */
  async end(): Promise<Readonly<Record<string, number>>> {
    this.#isOver = true;
    await this.#running;
    const { events, dropped } = await this.client.end();
    const { 'windows-lost-with-gateway': windows, ...lost } = dropped;
    const left = Object.values(lost).reduce((sum, count) => sum + count, 0);
    const decided = this.decisions.reduce((sum, decision) => sum + decision.events, 0);
    expect(events).toBe(this.#sent);
    expect(decided + left).toBeGreaterThanOrEqual(this.#sent);
    const { 'incomplete-window': _, ...told } = lost;
    return { ...told, ...(windows !== undefined && { windows }) };
  }

  async #run(): Promise<void> {
    for (let round = 0; !this.#isOver; round++) {
      const events = randomEvents(100, round, round * 20_000);
      this.#sent += events.length;
      await this.client.sendEvents(events);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

const limits = { maxAgeMs: 300 };

it('without a worker a camera is told so each second, and once that there is one', async () => {
  const { sides } = memorySides();
  const { server } = await startGateway(sides, {}, { limits });
  const sender = new Sender(server, 'drop-oldest');
  await sender.start();
  await expect.poll(() => sender.standstills.length, { timeout: 20_000 }).toBeGreaterThan(1);
  expect(sender.drops.at(-1)!.dropped['no-worker']).toBeGreaterThan(0);
  const waits = sender.drops.map(({ standstill }) => standstill!.forMs);
  expect(waits).toEqual([...waits].sort((a, b) => a - b));
  await startWorker(sides);
  await expect.poll(() => sender.standstills.at(-1), { timeout: 20_000 }).toBeNull();
  const dropped = await sender.end();
  expect(dropped['no-worker']).toBeGreaterThan(0);
  expect(sender.standstills.filter((reason) => reason !== null && reason !== 'no-worker')).toEqual([]);
});

it('a broker that is away: cameras that may lose nothing are told, too, and lose nothing', async () => {
  const { sides, server: nats } = await natsSides();
  await startWorker(sides);
  const { server } = await startGateway(sides, {}, { limits });
  const [pausing, dropping] = [new Sender(server, 'pause', 'a'), new Sender(server, 'drop-oldest', 'b')];
  await Promise.all([pausing.start(), dropping.start()]);
  await expect.poll(() => Math.min(pausing.decisions.length, dropping.decisions.length)).toBeGreaterThan(5);
  await nats.kill();
  for (const sender of [pausing, dropping])
    await expect.poll(() => sender.standstills, { timeout: 20_000 }).toContain('cut-off');
  await nats.start();
  for (const sender of [pausing, dropping])
    await expect.poll(() => sender.standstills.at(-1), { timeout: 20_000 }).toBeNull();
  expect(await pausing.end()).toEqual({});
  expect((await dropping.end())['cut-off']).toBeGreaterThan(0);
}, 60_000);

/** By a connection of its own. */
async function connected(url: string): Promise<{ side: Side; cut: () => Promise<void> }> {
  const connection = await NatsConnection.open({ address: parseNatsAddress(url, 'url') });
  onTestFinished(() => connection.close());
  const side = { bus: new NatsEventBus(connection), store: new NatsKeyValueStore(connection) };
  return { side, cut: () => connection.close() };
}

/** For want of a worker that answers, as was told last. */
function leftOut({ drops }: { readonly drops: readonly Pick<DropsMessage, 'dropped'>[] }): number {
  const { 'no-answer': silent = 0, 'no-worker': none = 0 } = drops.at(-1)?.dropped ?? {};
  return silent + none;
}

it('a worker that says nothing any more: what is left out until another answers is counted as that', async () => {
  const { sides, server: nats } = await natsSides();
  const { side, cut } = await connected(nats.url);
  await startWorker(async () => side, { times: LEASE_TIMES });
  const { server } = await startGateway(sides, { times: LEASE_TIMES }, { limits });
  const sender = new Sender(server, 'drop-oldest');
  await sender.start();
  await expect.poll(() => sender.decisions.length).toBeGreaterThan(5);
  await cut();
  // That nobody listens is seen at once, or when no answer came, or when its lease is over.
  const told = (): boolean => sender.standstills.some((reason) => /^no-/.test(reason ?? ''));
  await expect.poll(told, { timeout: 20_000 }).toBe(true);
  await expect.poll(() => leftOut(sender), { timeout: 20_000 }).toBeGreaterThan(0);
  await startWorker(sides, { times: LEASE_TIMES });
  const before = sender.decisions.length;
  await expect.poll(() => sender.decisions.length, { timeout: 20_000 }).toBeGreaterThan(before);
  const dropped = await sender.end();
  expect(leftOut({ drops: [{ dropped }] })).toBeGreaterThan(0);
}, 60_000);

it('a gateway that is gone takes a window with it, which is counted where its camera goes on', async () => {
  const { sides, server: nats } = await natsSides();
  await startWorker(sides);
  const { side, cut } = await connected(nats.url);
  const times = LEASE_TIMES;
  const first = await startGateway(async () => side, { times });
  const second = await startGateway(sides, { times });
  const client = camera(first.server);
  await client.connect();
  await client.sendEvents(randomEvents(500, 1));
  await cut();
  const sender = new Sender(second.server, 'pause');
  await sender.start();
  await expect.poll(() => sender.drops.length, { timeout: 20_000 }).toBeGreaterThan(0);
  expect(await sender.end()).toEqual({ windows: 1 });
}, 60_000);
