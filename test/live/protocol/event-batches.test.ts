import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  allocateEvents,
  batchFromTuples,
  batchOf,
  concatBatches,
  SeededRandom,
  type EventBatch,
  type SensorGeometry,
} from '../../../src/events/index.ts';
import {
  CameraMessageDecoder,
  encodeEvents,
  encodeSegment,
  EVENT_BYTES,
  FLAG,
  HEADER_BYTES,
  messageEnd,
  ProtocolError,
} from '../../../src/live/protocol/index.ts';
import { digestOf } from '../../helpers/digest.ts';
import { decodeEventMessage } from '../../helpers/event-messages.ts';

const SENSOR = { width: 346, height: 260 };

/** Sorted events from `t0` on. */
function sorted(count: number, t0: number, seed: number, gap = 20): EventBatch {
  const random = new SeededRandom(seed);
  const { t, x, y, p } = allocateEvents(count);
  for (let i = 0, time = t0; i < count; i++, time += random.integer(gap)) {
    t[i] = time;
    x[i] = random.integer(SENSOR.width);
    y[i] = random.integer(SENSOR.height);
    p[i] = random.integer(2);
  }
  return batchOf({ t, x, y, p }, count, SENSOR);
}

function listed({ t, x, y, p }: EventBatch): unknown {
  return { t: [...t], x: [...x], y: [...y], p: [...p] };
}

/** The fault as code and place, or the events. */
function outcome(run: () => EventBatch, of: (batch: EventBatch) => unknown = listed): unknown {
  try {
    return of(run());
  } catch (error) {
    if (error instanceof ProtocolError) return { code: error.code, byteOffset: error.byteOffset };
    throw error;
  }
}

function decode(message: Uint8Array, sensor: SensorGeometry | null): EventBatch {
  const body = new CameraMessageDecoder(sensor).push(message);
  if (body.kind !== 'events') throw new Error(`unexpected ${body.kind}`);
  return concatBatches(body.batches);
}

/** The same bytes at an odd offset. */
function unaligned(bytes: Uint8Array, by: number): Uint8Array {
  const room = new Uint8Array(bytes.length + by);
  room.set(bytes, by);
  return room.subarray(by);
}

describe('event messages', () => {
  it('are decoded as the plain loop does, over runs, for any t0 and alignment', () => {
    for (const [count, t0] of [
      [1, 0],
      [16_384, -5],
      [16_385, 2 ** 40],
      [50_000, -(2 ** 53 - 1)],
      [40_000, 2 ** 53 - 1 - 800_000],
      [40_000, 2 ** 53 - 2 ** 32],
    ] as const) {
      const batch = sorted(count, t0, count);
      const message = encodeEvents(7, batch);
      const found = digestOf(decode(unaligned(message, count % 8), SENSOR));
      expect(found).toBe(digestOf(batch));
      expect(found).toBe(digestOf(decodeEventMessage(message, SENSOR)));
    }
  });

  it('of all that the records can hold need no sensor', () => {
    const corner = batchFromTuples([
      [0, 65535, 32767, 1],
      [2 ** 32 - 1, 0, 0, 0],
    ]);
    expect(outcome(() => decode(encodeEvents(0, corner), null))).toEqual({
      t: [0, 2 ** 32 - 1],
      x: [65535, 0],
      y: [32767, 0],
      p: [1, 0],
    });
  });

  it('with any damage give the fault of the plain loop, or its events', () => {
    const messages = [
      sorted(40_000, 100, 1),
      sorted(90, -50, 2),
      sorted(20_000, 2 ** 53 - 1_000_000, 3, 40),
    ].map((batch) => encodeEvents(0, batch));
    fc.assert(
      fc.property(
        fc.constantFrom(...messages),
        fc.array(
          fc.tuple(
            fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
            fc.integer({ min: 1, max: 255 }),
          ),
          { maxLength: 3 },
        ),
        (message, damages) => {
          const damaged = message.slice();
          for (const [where, bits] of damages) {
            const payload = damaged.length - HEADER_BYTES;
            damaged[HEADER_BYTES + Math.floor(where * payload)]! ^= bits;
          }
          expect(outcome(() => decode(damaged, SENSOR), digestOf)).toEqual(
            outcome(() => decodeEventMessage(damaged, SENSOR), digestOf),
          );
        },
      ),
      { numRuns: 150 },
    );
  });

  it.each([
    ['the last row and column are inside', [[0, 345, 259, 1]], 'none', 0],
    [
      'a column too far',
      [
        [0, 0, 0, 1],
        [1, 346, 0, 1],
      ],
      'OUTSIDE_SENSOR',
      36,
    ],
    [
      'a row too far',
      [
        [0, 0, 0, 1],
        [1, 0, 260, 1],
      ],
      'OUTSIDE_SENSOR',
      36,
    ],
  ] as [string, [number, number, number, number][], string, number][])(
    '%s',
    (_name, events, code, byteOffset) => {
      const found = outcome(() => decode(encodeEvents(1, batchFromTuples(events)), SENSOR));
      if (code === 'none') expect(found).toMatchObject({ x: [345] });
      else expect(found).toEqual({ code, byteOffset });
    },
  );

  it('a step back between two runs is one too', () => {
    const message = encodeEvents(0, sorted(20_000, 0, 4));
    const view = new DataView(message.buffer);
    const place = HEADER_BYTES + 16_384 * EVENT_BYTES;
    view.setUint32(place, view.getUint32(place - EVENT_BYTES, true) - 1, true);
    expect(outcome(() => decode(message, SENSOR))).toEqual({ code: 'TIME_NOT_SORTED', byteOffset: place });
  });

  it('hand out nothing of a message with a fault, and the decoder goes on', () => {
    const decoder = new CameraMessageDecoder(SENSOR);
    const message = encodeEvents(0, sorted(20_000, 0, 4), true);
    const damaged = message.slice();
    damaged.fill(0xff, damaged.length - 4);
    expect(() => decoder.push(damaged)).toThrow(expect.objectContaining({ code: 'OUTSIDE_SENSOR' }));
    expect(decoder.push(message)).toMatchObject({ batches: [{ segment: 1 }, { segment: 1 }] });
  });

  it('a time beyond 2^53 is out of range, wherever it is', () => {
    const last = Number.MAX_SAFE_INTEGER;
    const message = encodeEvents(
      0,
      batchFromTuples([
        [last - 1, 1, 1, 1],
        [last, 2, 2, 0],
      ]),
    );
    expect(decode(message, SENSOR).t[1]).toBe(last);
    new DataView(message.buffer).setUint32(HEADER_BYTES + EVENT_BYTES, 2, true);
    expect(outcome(() => decode(message, SENSOR))).toEqual({ code: 'TIME_OUT_OF_RANGE', byteOffset: 32 });
    new DataView(message.buffer).setBigInt64(16, -(2n ** 53n), true);
    expect(outcome(() => decode(message, SENSOR))).toEqual({ code: 'TIME_OUT_OF_RANGE', byteOffset: 16 });
  });
});

describe('encoding', () => {
  it.each([
    [
      [
        [5, 0, 0, 1],
        [4, 0, 0, 1],
      ],
      32,
    ],
    [
      [
        [0, 0, 0, 1],
        [2 ** 32, 0, 0, 1],
      ],
      32,
    ],
    [[[0, 0, 32768, 1]], 24],
    [
      [
        [0, 0, 0, 1],
        [0.5, 0, 0, 1],
        [1, 0, 0, 1],
      ],
      32,
    ],
    [[[0.5, 0, 0, 1]], 24],
    [[[Number.NaN, 0, 0, 1]], 24],
    [[[2 ** 53, 0, 0, 1]], 24],
  ] as [[number, number, number, number][], number][])('refuses %j with its place', (events, byteOffset) => {
    expect(() => encodeEvents(0, batchFromTuples(events))).toThrow(
      expect.objectContaining({ code: 'UNENCODABLE_BATCH', byteOffset }),
    );
  });

  it('cuts where a message must end: by count, time that goes back, and span', () => {
    const batch = batchFromTuples([0, 1, 1, 0, 5, 2 ** 32 - 1, 2 ** 32].map((t) => [t, 0, 0, 1]));
    expect(messageEnd(batch, 0, 100)).toBe(3);
    expect(messageEnd(batch, 0, 2)).toBe(2);
    expect(messageEnd(batch, 0, 3)).toBe(3);
    expect(messageEnd(batch, 3, 100)).toBe(6);
    expect(messageEnd(batch, 6, 100)).toBe(7);
  });
});

describe('clock resets', () => {
  const batch = batchFromTuples([[1, 1, 1, 1]]);
  const segmentOf = (decoder: CameraMessageDecoder, reset: boolean): number | undefined => {
    const body = decoder.push(encodeEvents(0, batch, reset));
    return body.kind === 'events' ? body.batches[0]?.segment : undefined;
  };

  it('number the time segments of a recording, from 0 in each', () => {
    const decoder = new CameraMessageDecoder(SENSOR);
    expect([false, true, false, true].map((reset) => segmentOf(decoder, reset))).toEqual([0, 1, 1, 2]);
    decoder.push(encodeSegment(1, { name: 'next', label: null }));
    expect(segmentOf(decoder, false)).toBe(0);
    decoder.push(encodeEvents(2, batchFromTuples([]), true));
    expect(segmentOf(decoder, false)).toBe(1);
  });

  it('are the one flag of event batches, and of nothing else', () => {
    const message = encodeEvents(0, batch, true);
    expect(message[4]).toBe(FLAG.clockReset);
    message[4] = 2;
    expect(() => new CameraMessageDecoder(null).push(message)).toThrow(
      expect.objectContaining({ code: 'RESERVED_NOT_ZERO', byteOffset: 4 }),
    );
    const segment = encodeSegment(0, { name: 'a', label: null });
    segment[4] = FLAG.clockReset;
    expect(() => new CameraMessageDecoder(null).push(segment)).toThrow(
      expect.objectContaining({ code: 'RESERVED_NOT_ZERO', byteOffset: 4 }),
    );
  });
});

describe('the sensor of a segment', () => {
  it("is checked instead of the hello's, until the next segment", () => {
    const decoder = new CameraMessageDecoder({ width: 8, height: 8 });
    const far = encodeEvents(0, batchFromTuples([[1, 100, 100, 1]]));
    expect(
      outcome(() => concatBatches((decoder.push(far) as never as { batches: EventBatch[] }).batches)),
    ).toEqual({
      code: 'OUTSIDE_SENSOR',
      byteOffset: 28,
    });
    const sensor = { width: 128, height: 128 };
    decoder.push(encodeSegment(1, { name: 'wide', label: null, sensor }));
    expect(decoder.push(far)).toMatchObject({ batches: [{ geometry: sensor }] });
    decoder.push(encodeSegment(2, { name: 'narrow', label: null }));
    expect(() => decoder.push(far)).toThrow(expect.objectContaining({ code: 'OUTSIDE_SENSOR' }));
  });
});
