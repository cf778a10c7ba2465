/** Events that a format can hold, and what its encoder and decoder make of them together. */
import fc from 'fast-check';
import { expect } from 'vitest';
import {
  batchFromTuples,
  sliceBatch,
  type EventBatch,
  type EventTuple,
  type SensorGeometry,
} from '../../src/events/index.ts';
import { createDecoder, type CreateDecoderOptions, type EventEncoder } from '../../src/formats/index.ts';
import { decodeAll, canonicalText } from './decode.ts';

/** Joins byte arrays. */
export function joinBytes(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** The file that an encoder makes of some batches, patches applied. */
export function encodeAll(encoder: EventEncoder, ...batches: readonly EventBatch[]): Uint8Array {
  const file = joinBytes(...batches.map((batch) => encoder.push(batch)), encoder.finish());
  for (const { byteOffset, bytes } of encoder.patches ?? []) file.set(bytes, byteOffset);
  return file;
}

/** What a format can hold. */
export interface EventLimits {
  readonly geometry: SensorGeometry;
  readonly minTime?: number;
  readonly maxTime: number;
  /** Longest step from one event to the next. Default: none. */
  readonly maxStep?: number;
  /** Whether times may go back. Default false. */
  readonly backward?: boolean;
}

/** Streams within the limits; half of them dense in time and space, as cameras make them. */
export function eventStreams(limits: EventLimits): fc.Arbitrary<EventBatch> {
  const { geometry, maxTime, minTime = 0, maxStep = maxTime - minTime, backward = false } = limits;
  const step = fc.oneof(fc.nat(3), fc.nat(Math.min(maxStep, 5000)), fc.nat(Math.min(maxStep, 2 ** 31 - 1)));
  const row = fc.oneof(fc.nat(Math.min(3, geometry.height - 1)), fc.nat(geometry.height - 1));
  const event = fc.tuple(step, fc.nat(geometry.width - 1), row, fc.nat(1), fc.boolean());
  return fc
    .tuple(
      fc.oneof(
        fc.constant(minTime),
        fc.maxSafeInteger().map((n) => minTime + (Math.abs(n) % (maxTime - minTime))),
      ),
      fc.array(event, { maxLength: 80 }),
    )
    .map(([start, list]) => {
      let time = start;
      const tuples = list.map(([dt, x, y, p, back]): EventTuple => {
        const next = backward && back ? time - dt : time + dt;
        if (next >= minTime && next <= maxTime) time = next;
        return [time, x, y, p];
      });
      return batchFromTuples(tuples, geometry);
    });
}

/** How to write and read a stream. */
export interface RoundTrip {
  readonly limits: EventLimits;
  readonly encoder: () => EventEncoder;
  /** What the reader must be told. */
  readonly options?: CreateDecoderOptions;
  readonly numRuns?: number;
}

/** Asserts decode(encode(events)) = events, for any batches and any chunks. */
export function expectRoundTrip({ limits, encoder, options = {}, numRuns = 100 }: RoundTrip): void {
  const chunks = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(eventStreams(limits), fc.nat(), chunks, (events, cut, sizes) => {
      const at = cut % (events.length + 1);
      const file = encodeAll(encoder(), sliceBatch(events, 0, at), sliceBatch(events, at, events.length));
      const decoder = createDecoder({ policy: 'strict', ...options });
      if (file.length === 0) return;
      const decoded = decodeAll(decoder, file, sizes);
      expect(canonicalText(decoded)).toBe(canonicalText(events));
      if (events.length > 0 && options.geometry === undefined && decoder.geometry !== null)
        expect(decoder.geometry).toEqual(limits.geometry);
    }),
    { numRuns },
  );
}
