import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchFromTuples, concatBatches, type SensorGeometry } from '../../../src/events/index.ts';
import { parseHeader } from './header-parser.ts';
import {
  CameraMessageDecoder,
  encodeEnd,
  encodeEvents,
  encodeRaw,
  encodeSegment,
  HEADER_BYTES,
  KIND,
  MAGIC,
  parseHello,
  ProtocolError,
  type CameraMessageBody,
} from '../../../src/live/protocol/index.ts';

const SENSOR = { width: 346, height: 260 };
const batches = fc
  .array(
    fc.tuple(
      fc.integer({ min: 0, max: 5000 }),
      fc.integer({ min: 0, max: 345 }),
      fc.integer({ min: 0, max: 259 }),
      fc.integer({ min: 0, max: 1 }),
    ),
    { maxLength: 50 },
  )
  .chain((list) =>
    fc.integer({ min: -(2 ** 53 - 1), max: 2 ** 53 - 1 - 250_000 }).map((t0) => {
      let t = t0;
      return batchFromTuples(
        list.map(([gap, x, y, p]) => [(t += gap), x, y, p]),
        SENSOR,
      );
    }),
  );

function decode(message: Uint8Array, sensor: SensorGeometry | null): CameraMessageBody {
  return new CameraMessageDecoder(sensor).push(message);
}

/** The same bytes at an odd offset, as Node hands them out. */
function unaligned(bytes: Uint8Array): Uint8Array {
  const room = new Uint8Array(bytes.length + 3);
  room.set(bytes, 3);
  return room.subarray(3);
}

const code = (run: () => unknown): string => {
  try {
    run();
    return 'none';
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
};

describe('binary messages', () => {
  it('event batches survive the wire, whatever the alignment', () => {
    fc.assert(
      fc.property(batches, fc.integer({ min: 0, max: 2 ** 32 - 1 }), (batch, seq) => {
        const bytes = encodeEvents(seq, batch);
        const message = decode(unaligned(bytes), SENSOR);
        expect(message).toMatchObject({ kind: 'events', seq });
        if (message.kind !== 'events') return;
        if (batch.length > 0) {
          const events = concatBatches(message.batches);
          for (const field of ['t', 'x', 'y', 'p'] as const)
            expect([...events[field]]).toEqual([...batch[field]]);
          expect(events).toMatchObject({ geometry: SENSOR, segment: 0 });
        } else expect(message.batches).toEqual([]);
        const header = parseHeader(bytes);
        expect(header).toMatchObject({
          magic: MAGIC,
          kind: KIND.events,
          seq,
          count: batch.length,
          flags: 0,
          reserved: 0,
        });
        expect(header.t0High * 2 ** 32 + header.t0Low).toBe(batch.t[0] ?? 0);
      }),
    );
  });

  it('raw bytes, segments and the end', () => {
    expect(decode(encodeRaw(5, Uint8Array.of(1, 2, 3)), null)).toEqual({
      kind: 'raw',
      seq: 5,
      bytes: Uint8Array.of(1, 2, 3),
    });
    const segment = { name: 'clip 7', label: 'sieben', sensor: { width: 240, height: 180 } };
    expect(decode(encodeSegment(6, segment), null)).toEqual({
      kind: 'segment',
      seq: 6,
      segment,
    });
    expect(decode(encodeEnd(7), null)).toEqual({ kind: 'end', seq: 7 });
  });

  const good = encodeEvents(
    1,
    batchFromTuples(
      [
        [100, 1, 2, 1],
        [200, 3, 4, 0],
      ],
      SENSOR,
    ),
  );

  it('every truncation is an error', () => {
    for (let length = 0; length < good.length; length++) {
      expect(code(() => decode(good.subarray(0, length), SENSOR))).toMatch(
        /HEADER_TOO_SHORT|LENGTH_MISMATCH/,
      );
    }
  });

  it('every damaged header byte is an error, or another number or time', () => {
    for (let at = 0; at < HEADER_BYTES; at++) {
      const damaged = good.slice();
      damaged[at]! ^= 0xff;
      const found = code(() => decode(damaged, SENSOR));
      if (at >= 8 && at < 12) expect(found).toBe('none');
      else if (at >= 4 && at < 8) expect(found).toBe('RESERVED_NOT_ZERO');
      else if (at >= 16) expect(found).toMatch(/none|TIME_OUT_OF_RANGE/);
      else expect(found).not.toBe('none');
    }
  });

  it('random bytes never crash the reader', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => void code(() => decode(bytes, SENSOR))),
    );
  });
});

describe('hello', () => {
  const hello = { type: 'hello', camera: 'c', sensor: SENSOR, payload: 'events', policy: 'pause' };
  it('is checked field by field', () => {
    expect(parseHello(JSON.stringify(hello))).toEqual(hello);
    const raw = {
      ...hello,
      payload: 'raw',
      sensor: null,
      fileName: 'a.csv',
      decoding: { format: 'csv', columns: 'x,y,t,p', timeUnit: 's', chip: 'davis240', convention: 'jaer' },
      session: 'secret',
    };
    expect(parseHello(JSON.stringify(raw))).toEqual(raw);
    const turned = { ...hello, decoding: { convention: 'jaer' } };
    expect(parseHello(JSON.stringify(turned))).toEqual(turned);
    const largest = { ...hello, sensor: { width: 8192, height: 2048 } };
    expect(parseHello(JSON.stringify(largest))).toEqual(largest);
    expect(code(() => parseHello('{'))).toBe('BAD_JSON');
    for (const change of [
      { camera: '' },
      { camera: 'x'.repeat(101) },
      { sensor: { width: 0, height: 1 } },
      { sensor: { width: 65536, height: 1 } },
      { sensor: { width: 1, height: 32769 } },
      { sensor: { width: 8192, height: 2049 } },
      { payload: 'frames' },
      { policy: undefined },
      { extra: 1 },
      { format: 'csv' },
      { decoding: { format: 'tiff' } },
      { decoding: { chip: 'dvs129' } },
      { decoding: { convention: 'mine' } },
      { decoding: { timeUnit: 'h' } },
      { decoding: { stream: -1 } },
      { decoding: { endianness: 'big' } },
      { decoding: { geometry: SENSOR } },
      { decoding: { format: 'csv' } },
    ]) {
      expect(code(() => parseHello(JSON.stringify({ ...hello, ...change })))).toBe('BAD_HELLO');
    }
  });
});
