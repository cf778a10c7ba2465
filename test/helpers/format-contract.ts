/** What every decoder promises, as tests. A format's test calls it with small recordings of its own. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SaccadeError, concatBatches, sliceBatch, type EventBatch } from '../../src/events/index.ts';
import {
  EventFormatError,
  type DamagePolicy,
  type DecoderOptions,
  type EventDecoder,
  type Fault,
  type ResumePoint,
} from '../../src/formats/index.ts';
import { decodeAll, canonicalText } from './decode.ts';

/** A small recording (some hundred bytes) and how to open it. */
export interface ContractSample {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly open: (options: DecoderOptions) => EventDecoder;
}

/** Decodes as far as it goes; only typed errors may stop it. */
function salvage(decoder: EventDecoder, bytes: Uint8Array): EventBatch {
  const batches: EventBatch[] = [];
  try {
    batches.push(...decoder.push(bytes));
    batches.push(...decoder.finish());
  } catch (error) {
    if (!(error instanceof SaccadeError)) throw error;
    if (error instanceof EventFormatError) batches.push(...error.events);
  }
  return concatBatches(batches);
}

/** The code and the place of the fault that ends a decoding, `null` if none does. */
function endOf(decoder: EventDecoder, bytes: Uint8Array): Pick<Fault, 'code' | 'byteOffset'> | null {
  try {
    decoder.push(bytes);
    decoder.finish();
    return null;
  } catch (error) {
    if (!(error instanceof EventFormatError)) throw error;
    return { code: error.code, byteOffset: error.byteOffset };
  }
}

/** What `salvage` survives first, `strict` throws; what ends one ends the other. */
function expectSamePolicies(open: ContractSample['open'], bytes: Uint8Array): void {
  const salvaging = open({ policy: 'salvage' });
  const ended = endOf(salvaging, bytes);
  const [first] = salvaging.report.faults;
  const strict = open({ policy: 'strict' });
  const thrown = endOf(strict, bytes);
  expect(thrown).toEqual(first === undefined ? ended : { code: first.code, byteOffset: first.byteOffset });
  if (thrown === null) expect(strict.report).toEqual(salvaging.report);
}

/** No events out of nothing: a decoder may not make more of `bytes` bytes than its densest encoding allows. */
const MAX_EVENTS_PER_BYTE = 300;

/** Registers the tests. */
export function formatContract(samples: readonly ContractSample[]): void {
  it.each(samples)(
    '$name: the same events at every split point, byte by byte and in any chunks',
    (sample) => {
      const whole = decodeAll(sample.open({ policy: 'strict' }), sample.bytes);
      const events = canonicalText(whole);
      for (let cut = 1; cut < sample.bytes.length; cut++) {
        expect(
          canonicalText(decodeAll(sample.open({ policy: 'strict' }), sample.bytes, [cut, Infinity])),
        ).toBe(events);
      }
      expect(canonicalText(decodeAll(sample.open({ policy: 'strict' }), sample.bytes, [1]))).toBe(events);
      const chunks = fc.array(fc.integer({ min: 0, max: 99 }), { minLength: 1, maxLength: 9 });
      fc.assert(
        fc.property(chunks, (sizes) => {
          const decoder = sample.open({ policy: 'strict' });
          expect(canonicalText(decodeAll(decoder, sample.bytes, [...sizes, 1]))).toBe(events);
          expect(decoder.report.events).toBe(whole.length);
        }),
        { numRuns: 30 },
      );
    },
  );

  it.each(samples)('$name: cut at every byte, keeps the good events and says what was lost', (sample) => {
    const whole = decodeAll(sample.open({ policy: 'salvage' }), sample.bytes);
    for (let length = 0; length < sample.bytes.length; length++) {
      const events = salvage(sample.open({ policy: 'salvage' }), sample.bytes.subarray(0, length));
      expect(events.length).toBeLessThanOrEqual(whole.length);
      expect([...events.t]).toEqual([...whole.t.subarray(0, events.length)]);
      expect([...events.x]).toEqual([...whole.x.subarray(0, events.length)]);
      const strict = salvage(sample.open({ policy: 'strict' }), sample.bytes.subarray(0, length));
      expect([...strict.t]).toEqual([...whole.t.subarray(0, strict.length)]);
      expectSamePolicies(sample.open, sample.bytes.subarray(0, length));
    }
  });

  it.each(samples)('$name: going on at any place gives the events behind it', ({ bytes, open }) => {
    const whole = decodeAll(open({}), bytes);
    const first = open({});
    // Not all places of the longer ones.
    const step = Math.ceil(bytes.length / 100);
    let prefix = 0;
    let events = 0;
    for (let length = 1; length <= bytes.length; length++) {
      for (const batch of first.push(bytes.slice(length - 1, length))) events += batch.length;
      const point = JSON.parse(JSON.stringify(first.resumePoint?.() ?? null)) as ResumePoint | null;
      if (point === null) continue;
      if (prefix === 0) prefix = length;
      if (length % step > 0) continue;
      expect(point.byteOffset).toBeLessThanOrEqual(length);
      const other = open({ policy: 'strict' });
      other.push(bytes.slice(0, prefix));
      other.resume!(point);
      expect(other.resumePoint!()).toEqual(point);
      const rest = decodeAll(other, bytes.slice(point.byteOffset), [7, Infinity]);
      expect(canonicalText(rest)).toBe(canonicalText(sliceBatch(whole, events, whole.length)));
      expect(rest.length === 0 || other.report.events === rest.length).toBe(true);
      expect(other.report.bytes).toBe(bytes.length);
    }
  });

  it.each(samples)('$name: any damage gives events or a typed error', ({ bytes, open }) => {
    const damage = fc.record({
      at: fc.nat(bytes.length - 1),
      junk: fc.uint8Array({ minLength: 1, maxLength: 12 }),
      policy: fc.constantFrom<DamagePolicy>('strict', 'salvage'),
    });
    fc.assert(
      fc.property(damage, ({ at, junk, policy }) => {
        const damaged = bytes.slice();
        damaged.set(junk.subarray(0, bytes.length - at), at);
        const decoder = open({ policy });
        const events = salvage(decoder, damaged);
        expect(events.length).toBeLessThanOrEqual(MAX_EVENTS_PER_BYTE * bytes.length);
        expect(decoder.report.events).toBe(events.length);
        expectSamePolicies(open, damaged);
      }),
      { numRuns: 200 },
    );
  });
}
