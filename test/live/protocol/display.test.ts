import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeDisplay, encodeDisplay, ProtocolError } from '../../../src/live/client.ts';
import { packZeroRuns, unpackZeroRuns } from '../../../src/live/protocol/zero-runs.ts';

/** Planes with runs of zeros and of values, some longer than a group holds. */
const plane = fc
  .array(fc.tuple(fc.nat(600), fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 255 }))), { maxLength: 12 })
  .map((runs) => Uint8Array.from(runs.flatMap(([length, value]) => Array<number>(length).fill(value))));

describe('planes without their zeros', () => {
  it('come back whole', () => {
    fc.assert(
      fc.property(plane, (values) => {
        expect(unpackZeroRuns(packZeroRuns(values), values.length, 0)).toEqual(values);
      }),
    );
  });

  it('are small where little happened, and never twice as large', () => {
    expect(packZeroRuns(new Uint8Array(65_536))).toHaveLength(0);
    const few = new Uint8Array(65_536);
    for (let i = 0; i < 100; i++) few[i * 600] = 1;
    expect(packZeroRuns(few).length).toBeLessThan(800);
    expect(packZeroRuns(Uint8Array.from({ length: 1000 }, (_, i) => i % 2))).toHaveLength(1500);
    expect(packZeroRuns(new Uint8Array(1000).fill(9)).length).toBeLessThan(1010);
  });

  it.each([
    [[3], 5],
    [[3, 1], 5],
    [[3, 2, 1], 5],
    [[3, 3, 1, 1, 1], 5],
    [[6, 0], 5],
  ])('%j are refused as %i values', (packed, length) => {
    expect(() => unpackZeroRuns(Uint8Array.from(packed), length, 30)).toThrow(ProtocolError);
  });
});

describe('display frames', () => {
  const frame = {
    camera: 'Kamera süd',
    geometry: { width: 3, height: 1 },
    sensor: { width: 6, height: 2 },
    on: Uint8Array.of(1, 0, 0),
    off: Uint8Array.of(0, 0, 255),
    tMicros: -(2 ** 40),
  };

  it('come back, also from unaligned memory', () => {
    const message = encodeDisplay(8, frame);
    const shifted = new Uint8Array(message.length + 1);
    shifted.set(message, 1);
    expect(decodeDisplay(shifted.subarray(1))).toEqual(frame);
  });

  it('of every length but their own, and with any byte changed, are a frame or a ProtocolError', () => {
    const message = encodeDisplay(8, frame);
    const outcome = (bytes: Uint8Array): string => {
      try {
        const { on, off, geometry } = decodeDisplay(bytes);
        expect([on.length, off.length]).toEqual(Array(2).fill(geometry.width * geometry.height));
        return 'frame';
      } catch (error) {
        expect(error).toBeInstanceOf(ProtocolError);
        return 'error';
      }
    };
    for (let length = 0; length < message.length - 3; length++)
      expect(outcome(message.subarray(0, length))).toBe('error');
    for (let at = 0; at < message.length; at++)
      for (const value of [0, 1, 127, 128, 255]) outcome(message.with(at, value));
  });
});
