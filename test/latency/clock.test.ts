import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../src/events/index.ts';
import { estimateClock, toOwnClock } from '../../src/latency/index.ts';
import { serverTarget } from '../../src/latency/targets.ts';
import type { ClockExchange } from '../../src/live/index.ts';

interface Truth {
  readonly offsetMs: number;
  readonly driftPpm: number;
}
/** The other clock at a time of ours. */
const other = ({ offsetMs, driftPpm }: Truth, own: number): number => own + offsetMs + (driftPpm / 1e6) * own;

/** Exchanges over a way that is slower in one direction, with delays that nobody knows. */
function exchanges(truth: Truth, seed: number, count: number, spanMs: number): ClockExchange[] {
  const random = new SeededRandom(seed);
  return Array.from({ length: count }, (_, i) => {
    const askedAtMs = (i * spanMs) / count;
    const there = 0.05 - 2 * Math.log(1 - random.uniform());
    const back = 0.1 - 0.5 * Math.log(1 - random.uniform());
    const received = askedAtMs + there;
    const sent = received + 0.02;
    return {
      askedAtMs,
      receivedAtMs: other(truth, received),
      sentAtMs: other(truth, sent),
      answeredAtMs: sent + back,
    };
  });
}

/** How far the machine's monotonic clock is ahead of `performance.now()`: the quickest of some looks at both. */
function aheadOfMonotonic(): number {
  let [best, ahead] = [Infinity, 0];
  for (let i = 0; i < 1000; i++) {
    const before = performance.now();
    const monotonic = Number(process.hrtime.bigint()) / 1e6;
    const after = performance.now();
    if (after - before >= best) continue;
    best = after - before;
    ahead = monotonic - (before + after) / 2;
  }
  return ahead;
}

describe('the offset of a clock', () => {
  it('lies within what is said of it, whatever the ways take', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        fc.constantFrom(0, 40, -200),
        fc.integer({ min: 0, max: 1e6 }),
        fc.constantFrom(3, 40, 300),
        (offsetMs, driftPpm, seed, count) => {
          const truth = { offsetMs, driftPpm };
          const clock = estimateClock(exchanges(truth, seed, count, 60_000))!;
          expect(clock.consistent).toBe(true);
          expect(clock.exchanges).toBe(count);
          const drifted = Math.abs(clock.driftPpm! - driftPpm);
          expect(drifted).toBeLessThanOrEqual(clock.driftUncertaintyPpm! + 1e-3);
          const offset = other(truth, clock.atMs) - clock.atMs;
          expect(Math.abs(clock.offsetMs - offset)).toBeLessThanOrEqual(clock.uncertaintyMs + 1e-3);
          const own = toOwnClock(other(truth, clock.atMs), clock);
          expect(Math.abs(own - clock.atMs)).toBeLessThanOrEqual(clock.uncertaintyMs + 1e-3);
        },
      ),
    );
  });

  it('gets closer with more exchanges, and follows a drift', () => {
    const truth = { offsetMs: 5000, driftPpm: 300 };
    const few = estimateClock(exchanges(truth, 1, 8, 60_000))!;
    const many = estimateClock(exchanges(truth, 1, 400, 60_000))!;
    expect(many.uncertaintyMs).toBeLessThan(few.uncertaintyMs);
    expect(many.driftUncertaintyPpm!).toBeLessThan(few.driftUncertaintyPpm!);
    expect(many.usedDriftPpm).not.toBe(0);
    for (const own of [0, 30_000, 60_000])
      expect(Math.abs(toOwnClock(other(truth, own), many) - own)).toBeLessThan(1);
    // Without it, the ends of the run would be 18 ms apart.
    expect(Math.abs(300 - many.driftPpm!)).toBeLessThan(20);
  });

  it('a clock that was set is told', () => {
    const before = exchanges({ offsetMs: 0, driftPpm: 0 }, 3, 50, 10_000);
    const after = exchanges({ offsetMs: 400, driftPpm: 0 }, 4, 50, 10_000).map((exchange) => ({
      askedAtMs: exchange.askedAtMs + 10_000,
      receivedAtMs: exchange.receivedAtMs + 10_000,
      sentAtMs: exchange.sentAtMs + 10_000,
      answeredAtMs: exchange.answeredAtMs + 10_000,
    }));
    expect(estimateClock([...before, ...after])!.consistent).toBe(false);
    expect(estimateClock(before)!.consistent).toBe(true);
  });

  it('of one exchange is half its round trip; of none, nothing', () => {
    const [only] = exchanges({ offsetMs: 7, driftPpm: 0 }, 1, 1, 1);
    const clock = estimateClock([only!])!;
    expect(clock).toMatchObject({ driftPpm: null, driftUncertaintyPpm: null, usedDriftPpm: 0, exchanges: 1 });
    expect(clock.uncertaintyMs).toBeCloseTo(clock.rttMs.min / 2, 9);
    expect(estimateClock([])).toBeNull();
    expect(toOwnClock(5, null)).toBe(5);
  });

  it('of another process is what the machine’s clock says', async () => {
    // Both sides say how far their clock is from the machine's monotonic one.
    const own = aheadOfMonotonic();
    const code = `
      ${aheadOfMonotonic.toString()}
      const { createEngine, randomModel } = await import('saccade');
      const { createLiveServer } = await import('saccade/live');
      const server = await createLiveServer({ engine: await createEngine(randomModel()), port: 0 });
      console.log(JSON.stringify({ url: server.url, ahead: aheadOfMonotonic() }));`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
      const { url, ahead } = JSON.parse(line) as { url: string; ahead: number };
      const target = serverTarget({ url: `${url.replace('http', 'ws')}ingest` });
      const camera = await target.connect({ name: 'clock', policy: 'pause', onDecision: () => undefined });
      for (let i = 0; i < 40; i++) {
        await camera.askClock!();
        await setTimeout(3);
      }
      while (camera.clockExchanges.length < 40) await setTimeout(5);
      camera.close();
      const clock = estimateClock(camera.clockExchanges)!;
      // Reading two clocks after each other takes a moment too.
      expect(Math.abs(clock.offsetMs - (own - ahead))).toBeLessThanOrEqual(clock.uncertaintyMs + 0.1);
    } finally {
      child.kill();
    }
  }, 60_000);
});
