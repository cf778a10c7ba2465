/** What every decoder of datagrams promises, as tests. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { concatBatches, type EventBatch } from '../../src/events/index.ts';
import { EventFormatError, type DamagePolicy, type EventDecoder } from '../../src/formats/index.ts';
import type { DatagramSample } from '../formats/network/samples.ts';

/** All events of some datagrams. */
export function receive(decoder: EventDecoder, datagrams: readonly Uint8Array[]): EventBatch {
  const batches = datagrams.flatMap((datagram) => decoder.push(datagram));
  batches.push(...decoder.finish());
  return concatBatches(batches);
}

/** Registers the tests. */
export function datagramContract(samples: readonly DatagramSample[]): void {
  it.each(samples)('$name: loses nothing of what came, in any order', ({ datagrams, open }) => {
    const whole = receive(open({}), datagrams);
    expect(whole.length).toBeGreaterThan(0);
    fc.assert(
      fc.property(fc.shuffledSubarray([...datagrams.keys()]), (order) => {
        const decoder = open({});
        const batches = order.flatMap((i) => decoder.push(datagrams[i]!));
        const events = batches.reduce((sum, { length }) => sum + length, 0);
        expect(decoder.report).toMatchObject({ events, datagrams: { received: order.length, malformed: 0 } });
        const alone = order.map((i) => receive(open({}), [datagrams[i]!]).length);
        expect(events).toBe(alone.reduce((sum, count) => sum + count, 0));
      }),
      { numRuns: 30 },
    );
  });

  it.each(samples)('$name: a datagram that came twice is left out, if its number tells', (sample) => {
    const [first] = sample.datagrams;
    const decoder = sample.open({});
    const once = decoder.push(first!).reduce((sum, { length }) => sum + length, 0);
    const again = decoder.push(first!).reduce((sum, { length }) => sum + length, 0);
    const { duplicated } = decoder.report.datagrams!;
    expect(again).toBe(duplicated === 1 ? 0 : once);
    expect(decoder.report.faultCount).toBe(duplicated);
  });

  it.each(samples)('$name: cut at every byte, gives whole events and says what is wrong', (sample) => {
    for (const datagram of sample.datagrams) {
      const whole = receive(sample.open({}), [datagram]);
      for (let length = 1; length < datagram.length; length++) {
        const decoder = sample.open({});
        const events = receive(decoder, [datagram.subarray(0, length)]);
        expect([...events.t]).toEqual([...whole.t.subarray(0, events.length)]);
        expect([...events.x]).toEqual([...whole.x.subarray(0, events.length)]);
        const { faultCount } = decoder.report;
        const strict = sample.open({ policy: 'strict' });
        if (faultCount > 0)
          expect(() => receive(strict, [datagram.subarray(0, length)])).toThrow(EventFormatError);
        else expect(receive(strict, [datagram.subarray(0, length)]).length).toBe(events.length);
      }
    }
  });

  it.each(samples)('$name: any damage gives events or a typed error', ({ datagrams, open }) => {
    const damage = fc.record({
      which: fc.nat(datagrams.length - 1),
      at: fc.nat(60),
      junk: fc.uint8Array({ minLength: 1, maxLength: 8 }),
      policy: fc.constantFrom<DamagePolicy>('strict', 'salvage'),
    });
    fc.assert(
      fc.property(damage, ({ which, at, junk, policy }) => {
        const damaged = datagrams[which]!.slice();
        const start = at % damaged.length;
        damaged.set(junk.subarray(0, damaged.length - start), start);
        const decoder = open({ policy });
        let events = 0;
        for (const datagram of [datagrams[0]!, damaged, ...datagrams]) {
          try {
            events += decoder.push(datagram).reduce((sum, { length }) => sum + length, 0);
          } catch (error) {
            if (!(error instanceof EventFormatError)) throw error;
            events += error.events.reduce((sum, { length }) => sum + length, 0);
            break;
          }
        }
        expect(decoder.report.events).toBe(events);
      }),
      { numRuns: 100 },
    );
  });
}
