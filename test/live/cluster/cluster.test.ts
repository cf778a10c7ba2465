/** The cluster inside one process, over both buses. */
import { describe, expect, it } from 'vitest';
import { sliceBatch } from '../../../src/events/index.ts';
import type { DecisionMessage } from '../../../src/live/index.ts';
import { memorySides, natsSides, startGateway, startWorker, type Sides } from '../../helpers/cluster.ts';
import { camera, offline, randomEvents, serve } from '../../helpers/live.ts';

const kinds: readonly (readonly [string, () => Promise<Sides>])[] = [
  ['in memory', async () => memorySides().sides],
  ['over NATS', async () => (await natsSides()).sides],
];

/** What does not depend on when and where it was made. */
export function essence({ latencyMs: _, computeMs: __, epoch: ___, ...rest }: DecisionMessage): object {
  return rest;
}

describe.each(kinds)('a cluster %s', (_, open) => {
  it.each([1, 40, 3000])('decides what one process does, bit for bit, in messages of %i events', async (size) => {
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
    expect(ours!.decisions.map(({ logits }) => logits).slice(0, 3)).toEqual((await offline(events)).slice(0, 3));
  });
});
