import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeThumbnails,
  encodeDisplay,
  ProtocolError,
  type DisplayFrame,
} from '../../../src/live/index.ts';
import { encodeThumbnails, isThumbnails } from '../../../src/live/protocol/thumbnails.ts';
import { Thumbnail } from '../../../src/live/viewers/thumbnail.ts';

function frame(width: number, height: number, on: Record<number, number>, camera = 'c'): DisplayFrame {
  const plane = new Uint8Array(width * height);
  for (const [at, count] of Object.entries(on)) plane[Number(at)] = count;
  const geometry = { width, height };
  return {
    camera,
    geometry,
    sensor: { width: 999, height: 1 },
    on: plane,
    off: plane.map((count) => count && 1),
    tMicros: 7,
  };
}

/** A picture by its definition, pixel by pixel. */
function slowly(frames: readonly DisplayFrame[], square: number): number[] {
  const { width, height } = frames[0]!.geometry;
  const across = Math.ceil(width / square);
  const sums = Array<number>(across * Math.ceil(height / square)).fill(0);
  for (const { on } of frames)
    on.forEach((count, at) => {
      const to = Math.floor(Math.floor(at / width) / square) * across + Math.floor((at % width) / square);
      sums[to] = Math.min(255, sums[to]! + count);
    });
  return sums;
}

describe('a small picture', () => {
  it('has every event of all frames in its square, cut at 255', () => {
    const size = fc.tuple(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 200 }));
    fc.assert(
      fc.property(
        size.chain(([width, height]) => {
          const events = fc.dictionary(
            fc.nat(width * height - 1).map(String),
            fc.integer({ min: 1, max: 255 }),
          );
          return fc.tuple(fc.constant({ width, height }), fc.array(events, { minLength: 1, maxLength: 4 }));
        }),
        ([{ width, height }, list]) => {
          const frames = list.map((events) => frame(width, height, events));
          const thumbnail = new Thumbnail();
          for (const one of frames) thumbnail.push(one);
          const picture = thumbnail.take()!;
          const square = Math.ceil(Math.max(width, height) / 64);
          expect(picture.geometry).toEqual({
            width: Math.ceil(width / square),
            height: Math.ceil(height / square),
          });
          expect(Math.max(picture.geometry.width, picture.geometry.height)).toBeLessThanOrEqual(64);
          expect([...picture.on]).toEqual(slowly(frames, square));
          expect(picture).toMatchObject({ camera: 'c', sensor: { width: 999 }, tMicros: 7 });
        },
      ),
      { numRuns: 30 },
    );
  });

  it('begins anew after it was taken, and with another size', () => {
    const thumbnail = new Thumbnail();
    expect(thumbnail.take()).toBeNull();
    const first = frame(2, 2, { 0: 5 });
    thumbnail.push(first);
    expect([...thumbnail.take()!.on]).toEqual([5, 0, 0, 0]);
    expect(thumbnail.take()).toBeNull();
    thumbnail.push(frame(2, 2, { 1: 1 }));
    expect([...thumbnail.take()!.on]).toEqual([0, 1, 0, 0]);
    thumbnail.push(frame(2, 2, { 1: 1 }));
    thumbnail.push(frame(3, 1, { 2: 9 }));
    expect([...thumbnail.take()!.on]).toEqual([0, 0, 9]);
    // What was pushed is whoever pushed it's own.
    expect([...first.on]).toEqual([5, 0, 0, 0]);
  });
});

describe('a message of small pictures', () => {
  const frames = [frame(3, 2, { 1: 4 }, 'Kamera süd'), frame(1, 1, {}, 'b')];
  const message = encodeThumbnails(
    3,
    frames.map((one) => encodeDisplay(0, one)),
  );

  it('comes back, also from unaligned memory and with none', () => {
    const shifted = new Uint8Array(message.length + 1);
    shifted.set(message, 1);
    expect(decodeThumbnails(shifted.subarray(1))).toEqual(frames);
    expect(decodeThumbnails(encodeThumbnails(0, []))).toEqual([]);
    expect([isThumbnails(message), isThumbnails(encodeDisplay(0, frames[0]!))]).toEqual([true, false]);
  });

  it('of any other length, or with any byte changed, is pictures or a ProtocolError', () => {
    const outcome = (bytes: Uint8Array): string => {
      try {
        return `${decodeThumbnails(bytes).length} pictures`;
      } catch (error) {
        expect(error).toBeInstanceOf(ProtocolError);
        return 'error';
      }
    };
    for (let length = 0; length < message.length; length++)
      expect([length, outcome(message.subarray(0, length))]).toEqual([length, 'error']);
    expect(outcome(Uint8Array.of(...message, 0))).toBe('error');
    for (let at = 0; at < message.length; at++)
      for (const value of [0, 1, 127, 128, 255]) outcome(message.with(at, value));
    expect(outcome(message.with(12, 1))).toBe('error');
  });
});
