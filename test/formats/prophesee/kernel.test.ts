import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/events/index.ts';
import { Evt2Kernel } from '../../../src/formats/evt2/kernel.ts';
import { decodeEvt2Scalar } from '../../../src/formats/evt2/scalar.ts';
import { Evt21Kernel } from '../../../src/formats/evt21/kernel.ts';
import { decodeEvt21Scalar } from '../../../src/formats/evt21/scalar.ts';
import { Evt3Kernel } from '../../../src/formats/evt3/kernel.ts';
import { decodeEvt3Scalar } from '../../../src/formats/evt3/scalar.ts';
import type { RawKernel } from '../../../src/formats/prophesee/kernel.ts';
import {
  startRaw,
  startRawRun,
  type DecodeRaw,
  type RawSetting,
} from '../../../src/formats/prophesee/words.ts';
import { endRun } from '../../../src/formats/records/run.ts';
import type { KernelClass } from '../../../src/formats/records/run-space.ts';

const setting: fc.Arbitrary<RawSetting> = fc.record({
  width: fc.constantFrom(2048, 640, 33, 1),
  height: fc.constantFrom(2048, 480, 1),
  swapped: fc.boolean(),
  stopTypes: fc.constantFrom(0, 1 << 0xa),
});

const low = fc.nat(63);
const place = fc.tuple(fc.nat(660), fc.nat(500)).map(([x, y]) => (x << 11) | y);
/** EVT2 words as cameras write them, and anything. */
const evt2Word = fc.oneof(
  { weight: 20, arbitrary: fc.tuple(low, place).map(([t, xy]) => ((t >> 4) << 26) | xy) },
  { weight: 20, arbitrary: fc.tuple(fc.nat(1), place).map(([p, xy]) => (p << 28) | (60 << 22) | xy) },
  { weight: 2, arbitrary: fc.nat(0xfff_ffff).map((high) => (8 << 28) | high) },
  { weight: 1, arbitrary: fc.integer() },
);
const bytesOf = (words: Uint16Array | Uint32Array | BigUint64Array): Uint8Array =>
  new Uint8Array(words.buffer);
const evt2 = fc.array(evt2Word, { maxLength: 80 }).map((words) => bytesOf(Uint32Array.from(words)));
const evt21Mask = fc.oneof(
  { weight: 10, arbitrary: fc.nat(31).map((bit) => 1 << bit) },
  fc.constant(0),
  fc.integer(),
);
/** One half first or the other, as one camera writes them. */
const evt21 = fc
  .boolean()
  .chain((swap) => fc.array(fc.tuple(evt2Word, evt21Mask, fc.constant(swap)), { maxLength: 60 }))
  .map((words) =>
    bytesOf(Uint32Array.from(words.flatMap(([word, mask, swap]) => (swap ? [word, mask] : [mask, word])))),
  );
const evt3Any = fc.array(
  fc.oneof({ weight: 9, arbitrary: fc.nat(0x8fff) }, { weight: 1, arbitrary: fc.nat(0xffff) }),
  { maxLength: 200 },
);
/** Events as quiet scenes give them: a time and a row where they are others, a column; and some vectors. */
const evt3Event = fc
  .record({
    time: fc.option(fc.nat(0xfff)),
    row: fc.option(fc.nat(500)),
    column: fc.nat(0xfff),
    vector: fc.oneof({ weight: 9, arbitrary: fc.constant(null) }, fc.nat(0xfff)),
    other: fc.oneof({ weight: 30, arbitrary: fc.constant(null) }, fc.nat(0xffff)),
  })
  .map(({ time, row, column, vector, other }) => [
    ...(time === null ? [] : [0x6000 | time]),
    ...(row === null ? [] : [row]),
    ...(vector === null ? [0x2000 | (column % 0xa80)] : [0x3000 | column, 0x4000 | vector]),
    ...(other === null ? [] : [other]),
  ]);
const evt3 = fc
  .oneof(
    evt3Any,
    fc.array(evt3Event, { maxLength: 80 }).map((events) => events.flat()),
  )
  .map((words) => bytesOf(Uint16Array.from(words)));

/**
 * What cameras give: time that goes on, a TIME_HIGH every so many microseconds whether its value is new or not, events of
 * a place that moves. A few words are anything, and sometimes time jumps, back or far ahead.
 */
const recording = fc
  .record({
    start: fc.constantFrom(0, 3_000_000, 2 ** 34 - 2000, 2 ** 34 - 2 ** 21),
    /** Microseconds between TIME_HIGHs, 0 for one where the value is new. */
    tick: fc.constantFrom(16, 64, 0),
    gap: fc.constantFrom(0, 3, 9, 100, 3000),
    rareness: fc.constantFrom(20, 200, 5000),
    seed: fc.integer(),
  })
  .map(({ start, tick, gap, rareness, seed }) => {
    const random = new SeededRandom(seed);
    const words: [number, number][] = [];
    const put = (word: number, mask: number): void => {
      words.push([word >>> 0, mask >>> 0]);
    };
    let [time, ticked, high] = [start, start - tick, -1];
    while (words.length < 200) {
      time += random.integer(gap + 1);
      if (random.integer(rareness) === 0) time += random.integer(2) === 0 ? -150 : 2 ** 22;
      const now = ((time % 2 ** 34) + 2 ** 34) % 2 ** 34;
      const stands = Math.floor(now / 64);
      for (let left = 9; tick > 0 && ticked + tick <= time && left > 0; left--) {
        ticked = Math.max(ticked + tick, time - 8 * tick);
        high = Math.floor((((ticked % 2 ** 34) + 2 ** 34) % 2 ** 34) / 64);
        put(0x8000_0000 + high, 0);
      }
      if (stands !== high) put(0x8000_0000 + (high = stands), 0);
      ticked = Math.min(ticked, time);
      const pixel = (random.integer(640) << 11) | random.integer(480);
      const several = random.integer(rareness) === 0;
      put(
        (random.integer(2) << 28) | ((now % 64) << 22) | pixel,
        several ? random.integer(2 ** 32) : 1 << random.integer(32),
      );
      if (random.integer(rareness) === 0) put(random.integer(2 ** 32), random.integer(2 ** 32));
    }
    return words;
  });
const evt2Recording = recording.map((words) => bytesOf(Uint32Array.from(words, ([word]) => word)));
const evt21Recording = recording.map((words) =>
  bytesOf(Uint32Array.from(words.flatMap(([word, mask]) => [mask, word]))),
);
/** The same as EVT3: a TIME_HIGH is 4096 µs. */
const evt3Recording = recording.map((words) => {
  const halves: number[] = [];
  let high = 0;
  for (const [word, mask] of words) {
    if (word >>> 28 === 8) {
      high = word & 0xfff_ffff;
      halves.push(0x8000 | ((high >>> 6) & 0xfff));
    } else if (word >>> 28 <= 1) {
      halves.push(0x6000 | ((high & 63) << 6) | ((word >>> 22) & 63), word & 0x7ff);
      halves.push(0x2000 | ((word >>> 17) & 0x800) | ((word >>> 11) & 0x7ff));
      if (mask % 16 === 0) halves.push(0x4000 | (mask & 0xfff));
    } else {
      halves.push(word & 0xffff);
    }
  }
  return bytesOf(Uint16Array.from(halves));
});

/** Everything that decoding gives, however runs are cut. */
function decodeAll(
  decode: DecodeRaw,
  setup: RawSetting,
  bytes: Uint8Array,
  wordBytes: number,
  capacity: number,
): unknown {
  const state = { ...startRaw(), high: 0 };
  const count = Math.floor(bytes.length / wordBytes);
  const events: number[][] = [];
  const account = { on: 0, outside: 0, notPixel: 0, types: new Array<number>(16).fill(0) };
  const stops: number[] = [];
  for (let at = 0; at < count;) {
    const run = startRawRun(capacity);
    const next = decode(state, setup, bytes, at, count, run);
    const arrays = endRun(run);
    const { length } = run;
    for (let i = 0; i < length; i++) events.push([arrays.t[i]!, arrays.x[i]!, arrays.y[i]!, arrays.p[i]!]);
    account.on += run.on;
    account.outside += run.outside;
    account.notPixel += run.notPixel;
    account.types = account.types.map((n, type) => n + run.types[type]!);
    const times = arrays.t.subarray(0, length);
    const steps = times.filter((time, i) => i > 0 && time < times[i - 1]!).length;
    expect(run.backwardSteps).toBe(steps);
    if (next === at) stops.push(at++);
    else at = next;
  }
  return { state, events, account, stops };
}

describe.each([
  [Evt2Kernel, decodeEvt2Scalar, evt2, evt2Recording, 4],
  [Evt21Kernel, decodeEvt21Scalar, evt21, evt21Recording, 8],
  [Evt3Kernel, decodeEvt3Scalar, evt3, evt3Recording, 2],
] as [KernelClass<RawKernel>, DecodeRaw, fc.Arbitrary<Uint8Array>, fc.Arbitrary<Uint8Array>, number][])(
  '%o',
  (kernel, scalar, words, recordings, wordBytes) => {
    const fast: DecodeRaw = (...args) => args[5].space.kernel(kernel)!.decode(...args);

    it('equals the plain loop for words and for any bytes', () => {
      const bytes = fc.oneof(words, fc.uint8Array({ maxLength: 400 }));
      fc.assert(
        fc.property(setting, bytes, fc.integer({ min: 32, max: 100 }), (setup, input, capacity) => {
          expect(decodeAll(fast, setup, input, wordBytes, capacity)).toEqual(
            decodeAll(scalar, setup, input, wordBytes, capacity),
          );
        }),
        { numRuns: 1000 },
      );
    });

    it('equals the plain loop for what cameras give', () => {
      fc.assert(
        fc.property(setting, recordings, fc.integer({ min: 32, max: 300 }), (setup, input, capacity) => {
          expect(decodeAll(fast, setup, input, wordBytes, capacity)).toEqual(
            decodeAll(scalar, setup, input, wordBytes, capacity),
          );
        }),
        { numRuns: 500 },
      );
    });

    it.skipIf(wordBytes === 2)('takes no word of another type for a TIME_HIGH above the last one', () => {
      const setup = { width: 2048, height: 2048, swapped: false, stopTypes: 0 };
      for (let top = 0xfff_ffff - 40; top <= 0xfff_ffff; top++) {
        const list = [0x8000_0000 + top];
        for (let i = 0; i < 64; i++)
          list.push(i % 5 === 3 ? 0x9000_0000 + (i % 7) : 0x1000_0000 + (i << 22) + (i << 11) + i);
        const parts = list.flatMap((word) => (wordBytes === 8 ? [1, word] : [word]));
        const bytes = bytesOf(Uint32Array.from(parts));
        expect(decodeAll(fast, setup, bytes, wordBytes, 100)).toEqual(
          decodeAll(scalar, setup, bytes, wordBytes, 100),
        );
      }
    });

    it('goes on from block to block', () => {
      const input = fc.sample(words, { numRuns: 2000, seed: 7 });
      const bytes = new Uint8Array(input.reduce((sum, part) => sum + part.length, 0));
      let at = 0;
      for (const part of input) {
        bytes.set(part, at);
        at += part.length;
      }
      const setup = { width: 2048, height: 2048, swapped: false, stopTypes: 0 };
      expect(decodeAll(fast, setup, bytes, wordBytes, 1e6)).toEqual(
        decodeAll(scalar, setup, bytes, wordBytes, 1e6),
      );
    });
  },
);
