/** What changes while a server runs, and how it ends. */
import { describe, expect, it } from 'vitest';
import { createOracleEngine } from '../../src/inference/index.ts';
import {
  openNodeSocket,
  ViewerClient,
  type DecisionMessage,
  type ViewerWelcome,
} from '../../src/live/index.ts';
import { randomModel } from '../../src/network/index.ts';
import { camera, engine, offline, randomEvents, SENSOR, serve } from '../helpers/live.ts';
import { steered } from '../helpers/steered-engine.ts';

describe('the end', () => {
  it('decides the open window, says the counts, and the client is told that it was not asked', async () => {
    const server = await serve();
    const client = camera(server);
    const decisions: DecisionMessage[] = [];
    let failure: unknown;
    client.decisions$.subscribe({
      next: (decision) => decisions.push(decision),
      error: (error) => (failure = error),
    });
    await client.connect();
    await client.sendEvents(randomEvents(40, 1));
    let made = 0;
    server.decisions$.subscribe(() => made++);
    await expect.poll(async () => (await fetch(`${server.url}healthz`)).status).toBe(200);
    // What is on its way when the end comes is not waited for: this was read.
    await client.startSegment({ name: 'open', label: null });
    await client.sendEvents(randomEvents(10, 1));
    await expect.poll(() => made + decisions.length).toBeGreaterThan(0);
    await server.close();
    await expect.poll(() => failure).toMatchObject({ code: 'SHUTTING_DOWN' });
    await expect(client.end()).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
    expect(decisions.at(-1)!.final).toBe(true);
  });

  it('comes in time where the engine does not', async () => {
    const slow = steered(engine);
    const server = await serve({ engine: slow.engine, limits: { shutdownMs: 400 } });
    const client = camera(server);
    let failure: unknown;
    client.decisions$.subscribe({ error: (error) => (failure = error) });
    await client.connect();
    await client.sendEvents(randomEvents(2000, 1));
    await expect.poll(() => slow.waiting()).toBe(1);
    await server.close();
    await expect.poll(() => failure).toMatchObject({ code: 'SHUTTING_DOWN' });
    slow.release();
  });
});

describe('a change while it runs', () => {
  it('of the model: the old one until its windows are done, dashboards greeted anew', async () => {
    const after = createOracleEngine(randomModel({ steps: 2, classes: 5, ...SENSOR, seed: 4 }));
    const server = await serve({ modelFile: Uint8Array.of(1) });
    const welcomes: ViewerWelcome[] = [];
    const seen: DecisionMessage[] = [];
    const viewer = new ViewerClient({
      url: `${server.url.replace('http', 'ws')}view`,
      createSocket: openNodeSocket,
    });
    viewer.welcome$.subscribe((welcome) => welcomes.push(welcome));
    viewer.decisions$.subscribe((decision) => {
      if (welcomes.length === 2) seen.push(decision);
    });
    viewer.connect();
    const client = camera(server);
    await client.connect();
    await expect.poll(() => welcomes.length).toBe(1);
    await client.sendEvents(randomEvents(100, 1));
    const decided: DecisionMessage[] = [];
    client.decisions$.subscribe((decision) => decided.push(decision));
    const retired = server.reload({ engine: after, modelFile: Uint8Array.of(2, 3) });
    await expect.poll(() => welcomes.length).toBe(2);
    expect(welcomes[1]).toMatchObject({ steps: 2 });
    expect(welcomes[1]!.session).not.toBe(welcomes[0]!.session);
    expect([...new Uint8Array(await (await fetch(`${server.url}model`)).arrayBuffer())]).toEqual([2, 3]);
    await client.startSegment({ name: 'next', label: null });
    const events = randomEvents(1000, 2);
    await client.sendEvents(events);
    await retired;
    await client.end();
    const next = decided.filter(({ segment }) => segment?.name === 'next');
    const expected = await offline(events, after);
    expect(next.slice(0, expected.length).map(({ logits }) => [...logits])).toEqual(expected);
    await expect.poll(() => seen.length).toBeGreaterThan(0);
    expect(seen.every(({ scores }) => scores.length === 5)).toBe(true);
    viewer.close();
  });

  it('of tokens: who has one that is gone is sent away, others stay; a wrong list changes nothing', async () => {
    const token = (name: string): { name: string; secret: string; cameras: string[] } => ({
      name,
      secret: `the-secret-of-${name}`,
      cameras: [`${name}-*`],
    });
    const server = await serve({ tokens: [token('lab'), token('roof')] });
    const [lab, roof] = ['lab', 'roof'].map((name) =>
      camera(
        server,
        { camera: `${name}-1` },
        { createSocket: (url, protocols) => openNodeSocket(url, protocols, { token: token(name).secret }) },
      ),
    ) as [ReturnType<typeof camera>, ReturnType<typeof camera>];
    let failure: unknown;
    lab.decisions$.subscribe({ error: (error) => (failure = error) });
    await lab.connect();
    await roof.connect();
    await expect(server.reload({ tokens: [{ name: 'x', secret: 'short' }] })).rejects.toMatchObject({
      option: 'tokens',
    });
    await server.reload({ tokens: [token('roof')] });
    await expect.poll(() => (failure as Error | undefined)?.message).toContain('4401');
    await expect(lab.connect()).rejects.toThrow('401');
    await roof.sendEvents(randomEvents(10, 1));
    expect((await roof.end()).events).toBe(10);
  });

  it('of a certificate, where there is none', async () => {
    const server = await serve();
    await expect(server.reload({ tls: { key: 'x', cert: 'y' } })).rejects.toMatchObject({ option: 'tls' });
  });
});
