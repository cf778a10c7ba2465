/** Events of all kinds that ECF packs in one way or another. */
import fc from 'fast-check';
import type { EcfEvents } from '../../../src/formats/hdf5/ecf/encode.ts';

/** With the number of events, which `encodeEcf` wants beside them. */
export type CountedEvents = EcfEvents & { readonly count: number };

const event = fc.tuple(
  fc.oneof(fc.constant(0), fc.nat(20), fc.nat(1e5), fc.nat(2 ** 31 - 1)),
  fc.oneof(fc.nat(7), fc.nat(2047)),
  fc.oneof(fc.nat(2), fc.nat(2047)),
  fc.nat(1),
);

/** Events in runs and without, each run in one place or along a row. */
export const ecfEvents: fc.Arbitrary<CountedEvents> = fc
  .tuple(
    fc.array(event, { minLength: 1, maxLength: 200 }),
    fc.integer({ min: 1, max: 40 }),
    fc.constantFrom(0, 0, 1, 2),
    fc.maxSafeInteger(),
  )
  .map(([list, times, step, start]) => {
    let time = Math.abs(start) % 2 ** 52;
    const all = list.flatMap(([dt, x, y, p]) => {
      time += dt;
      const run = 1 + (x % times);
      return Array.from({ length: run }, (_, i) => [time, (x + step * i) % 2048, y, p] as const);
    });
    return {
      count: all.length,
      t: Float64Array.from(all, ([t]) => t),
      x: Uint16Array.from(all, ([, x]) => x),
      y: Uint16Array.from(all, ([, , y]) => y),
      p: Uint8Array.from(all, ([, , , p]) => p),
    };
  });
