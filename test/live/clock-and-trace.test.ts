/** What a decision says of its time, and what the server says of its clock. */
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { SUBPROTOCOL, type ClockExchange, type DecisionMessage } from '../../src/live/index.ts';
import { encodeClock } from '../../src/live/protocol/index.ts';
import { camera, HELLO, ingest, randomEvents, serve } from '../helpers/live.ts';

it('the server says its clock, between question and answer, and goes on', async () => {
  const server = await serve();
  const client = camera(server);
  const exchanges: ClockExchange[] = [];
  client.clock$.subscribe((exchange) => exchanges.push(exchange));
  await client.connect();
  for (let i = 0; i < 5; i++) {
    await client.askClock();
    await client.sendEvents(randomEvents(50, i, 1000 * i));
  }
  expect(await client.end()).toMatchObject({ events: 250, sequenceGaps: 0, sequenceRepeats: 0 });
  expect(exchanges).toHaveLength(5);
  // Both ends are in this process: one clock.
  for (const { askedAtMs, receivedAtMs, sentAtMs, answeredAtMs } of exchanges) {
    expect(askedAtMs).toBeLessThanOrEqual(receivedAtMs);
    expect(receivedAtMs).toBeLessThanOrEqual(sentAtMs);
    expect(sentAtMs).toBeLessThanOrEqual(answeredAtMs);
  }
});

it('answers name their question, also where it is not the last one', async () => {
  const socket = new WebSocket(ingest(await serve()), [SUBPROTOCOL]);
  const answers: { type: string; seq?: number }[] = [];
  socket.on('open', () => {
    socket.send(HELLO);
    for (const seq of [0, 1, 2]) socket.send(encodeClock(seq));
  });
  await new Promise<void>((resolve) => {
    socket.on('message', (data) => {
      answers.push(JSON.parse(String(data)) as { type: string });
      if (answers.length === 4) resolve();
    });
  });
  socket.terminate();
  expect(answers.map(({ type, seq }) => [type, seq])).toEqual([
    ['welcome', undefined],
    ['clock', 0],
    ['clock', 1],
    ['clock', 2],
  ]);
});

it('who asks says nothing about events: a clock question with a payload is refused', async () => {
  const socket = new WebSocket(ingest(await serve()), [SUBPROTOCOL]);
  const errors: (string | undefined)[] = [];
  socket.on('open', () => {
    socket.send(HELLO);
    socket.send(Buffer.concat([encodeClock(0), Buffer.alloc(1)]));
  });
  socket.on('message', (data) => {
    const { type, code } = JSON.parse(String(data)) as { type: string; code?: string };
    if (type === 'error') errors.push(code);
  });
  await new Promise((resolve) => socket.on('close', resolve));
  expect(errors).toEqual(['LENGTH_MISMATCH']);
});

it('a decision says where its time went, to those who asked', async () => {
  const server = await serve();
  const decisions: Record<string, DecisionMessage[]> = { traced: [], plain: [] };
  const startedAt = performance.now();
  for (const [name, trace] of [
    ['traced', true],
    ['plain', false],
  ] as const) {
    const client = camera(server, { camera: name, trace });
    client.decisions$.subscribe((decision) => decisions[name]!.push(decision));
    await client.connect();
    await client.sendEvents(randomEvents(2000, 3));
    await client.end();
  }
  expect(decisions['plain']!.length).toBeGreaterThan(5);
  expect(decisions['plain']!.every((decision) => !('trace' in decision))).toBe(true);
  expect(decisions['traced']).toHaveLength(decisions['plain']!.length);
  for (const { trace, latencyMs, computeMs } of decisions['traced']!) {
    const { receivedAtMs, decodeMs, queueMs, engineMs, sentAtMs } = trace!;
    expect(receivedAtMs).toBeGreaterThanOrEqual(startedAt);
    for (const part of [decodeMs, queueMs, engineMs]) expect(part).toBeGreaterThanOrEqual(0);
    expect(decodeMs + queueMs + engineMs).toBeCloseTo(latencyMs, 6);
    expect(engineMs).toBeGreaterThanOrEqual(computeMs);
    expect(sentAtMs).toBeGreaterThanOrEqual(receivedAtMs + latencyMs - 1e-6);
    expect(sentAtMs).toBeLessThanOrEqual(performance.now());
  }
});
