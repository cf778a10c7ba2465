import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CONVENTIONS, orientationOf, batchFromTuples, type Convention } from '../../src/events/index.ts';
import { createDecoder } from '../../src/formats/index.ts';
import { FrameBinner, pixelMap, turnedSize, type PixelMapOptions } from '../../src/frames/index.ts';

/** Where one event goes, step by step: turn, cut, scale. */
function placeOf(
  { sensor, output, part, orientation }: PixelMapOptions,
  [x, y, p]: readonly [number, number, number],
): readonly [number, number, number] | null {
  if (x >= sensor.width || y >= sensor.height) return null;
  const o = orientation ?? orientationOf('canonical');
  let [u, v] = [o.flipX ? sensor.width - 1 - x : x, o.flipY ? sensor.height - 1 - y : y];
  let [width, height] = [sensor.width, sensor.height];
  if (o.swapAxes) [u, v, width, height] = [v, u, height, width];
  const cut = part ?? { x: 0, y: 0, width, height };
  [u, v] = [u - cut.x, v - cut.y];
  if (u < 0 || v < 0 || u >= cut.width || v >= cut.height) return null;
  const scaled = (at: number, from: number, to: number): number => Math.floor((at * to) / from);
  return [
    scaled(u, cut.width, output.width),
    scaled(v, cut.height, output.height),
    o.flipPolarity ? 1 - p : p,
  ];
}

const size = fc.record({ width: fc.integer({ min: 3, max: 9 }), height: fc.integer({ min: 3, max: 9 }) });
const options: fc.Arbitrary<PixelMapOptions> = fc
  .record({
    sensor: size,
    orientation: fc.oneof(
      fc.constantFrom(...CONVENTIONS).map(orientationOf),
      fc.record({
        flipX: fc.boolean(),
        flipY: fc.boolean(),
        swapAxes: fc.boolean(),
        flipPolarity: fc.boolean(),
      }),
    ),
    cut: fc.option(
      fc.record({ x: fc.integer({ min: -3, max: 3 }), y: fc.integer({ min: -3, max: 3 }), size }),
    ),
    shrink: fc.record({ x: fc.integer({ min: 0, max: 2 }), y: fc.integer({ min: 0, max: 2 }) }),
  })
  .map(({ sensor, orientation, cut, shrink }) => {
    const { width, height } = sensor;
    const turned = orientation.swapAxes ? { width: height, height: width } : sensor;
    const part = cut === null ? undefined : { x: cut.x, y: cut.y, ...cut.size };
    const shown = part ?? turned;
    const output = { width: shown.width - shrink.x, height: shown.height - shrink.y };
    return { sensor, output, orientation, ...(part && { part }) };
  });

describe('FrameBinner', () => {
  it('puts every event where turning, cutting and scaling one by one put it', () => {
    fc.assert(
      fc.property(
        options,
        fc.array(
          fc.tuple(
            fc.integer({ min: 0, max: 10 }),
            fc.integer({ min: 0, max: 10 }),
            fc.integer({ min: 0, max: 1 }),
          ),
          { maxLength: 60 },
        ),
        (map, events) => {
          const batch = batchFromTuples(events.map(([x, y, p], t) => [t, x, y, p] as const));
          const slice = {
            window: 0,
            step: 0,
            steps: 1,
            segment: 0,
            startMicros: 0,
            endMicros: 9,
            batches: [batch],
          };
          const { width, height } = map.output;
          const expected = new Array<number>(2 * width * height).fill(0);
          let outside = 0;
          for (const event of events) {
            const place = placeOf(map, event);
            if (place === null) outside++;
            else expected[place[2] * width * height + place[1] * width + place[0]]!++;
          }
          const binner = new FrameBinner(map);
          const frame = binner.bin(slice);
          expect([Array.from(frame.counts), frame.outside]).toEqual([expected, outside]);
          expect(frame.events + frame.outside).toBe(events.length);
          // The tables and the wide counts are used again.
          expect(binner.bin(slice)).toEqual(frame);
        },
      ),
    );
  });

  it.each(['uint8', 'uint16', 'uint32'] as const)('saturates %s and never wraps', (countType) => {
    const many = batchFromTuples(Array.from({ length: 70_000 }, () => [0, 1, 0, 1] as const));
    const sensor = { width: 2, height: 1 };
    const binner = new FrameBinner({ sensor, output: sensor, countType });
    const slice = { window: 0, step: 0, steps: 1, segment: 0, startMicros: 0, endMicros: 1, batches: [many] };
    const most = { uint8: 255, uint16: 65_535, uint32: 70_000 }[countType];
    expect(binner.bin(slice)).toMatchObject({ events: most, saturated: 70_000 - most });
    expect(Array.from(binner.bin(slice).counts)).toEqual([0, 0, 0, most]);
  });

  it('gives a frame the step, the size and zeroed counts of its own', () => {
    const sensor = { width: 2, height: 1 };
    const binner = new FrameBinner({ sensor, output: sensor });
    const step = { window: 3, step: 1, steps: 4, segment: 2, startMicros: 5, endMicros: 8 };
    const empty = binner.bin({ ...step, batches: [] });
    const frame = binner.bin({
      ...step,
      batches: [batchFromTuples([[0, 1, 0, 1]]), batchFromTuples([[0, 2, 0, 1]])],
    });
    expect(empty).toEqual({
      ...step,
      geometry: sensor,
      counts: new Uint16Array(4),
      events: 0,
      saturated: 0,
      outside: 0,
    });
    expect(frame).toEqual({ ...empty, counts: Uint16Array.of(0, 0, 0, 1), events: 1, outside: 1 });
  });

  it('looks at the events of a batch alone, however much room its arrays have', () => {
    const sensor = { width: 2, height: 2 };
    const batch = {
      ...batchFromTuples([
        [0, 1, 1, 1],
        [0, 0, 0, 1],
        [0, 0, 0, 1],
      ]),
      length: 1,
    };
    const slice = {
      window: 0,
      step: 0,
      steps: 1,
      segment: 0,
      startMicros: 0,
      endMicros: 1,
      batches: [batch],
    };
    for (const output of [sensor, { width: 1, height: 1 }]) {
      const { counts, events } = new FrameBinner({ sensor, output }).bin(slice);
      expect([events, Array.from(counts).reduce((a, b) => a + b, 0), counts.at(-1)]).toEqual([1, 1, 1]);
    }
  });

  it('looks nothing up where every pixel stays', () => {
    const sensor = { width: 4, height: 3 };
    const identity = (options: Partial<PixelMapOptions>): boolean =>
      pixelMap({ sensor, output: sensor, ...options }).identity;
    expect(identity({})).toBe(true);
    expect(identity({ orientation: orientationOf('canonical'), part: { x: 0, y: 0, ...sensor } })).toBe(true);
    for (const part of [
      { x: 1, y: 0 },
      { x: 0, y: 1 },
      { x: -1, y: 0 },
    ])
      expect(identity({ part: { ...part, ...sensor } })).toBe(false);
    expect(identity({ part: { x: 0, y: 0, width: 5, height: 3 } })).toBe(false);
    expect(identity({ part: { x: 0, y: 0, width: 4, height: 4 } })).toBe(false);
    expect(identity({ output: { width: 3, height: 3 } })).toBe(false);
    expect(identity({ output: { width: 4, height: 2 } })).toBe(false);
    for (const turn of ['flipX', 'flipY', 'flipPolarity'] as const)
      expect(identity({ orientation: { ...orientationOf('canonical'), [turn]: true } })).toBe(false);
  });

  it('takes the size of a turned sensor', () => {
    const orientation = { ...orientationOf('canonical'), swapAxes: true };
    expect(turnedSize({ width: 4, height: 3 }, orientation)).toEqual({ width: 3, height: 4 });
    expect(turnedSize({ width: 4, height: 3 })).toEqual({ width: 4, height: 3 });
  });

  it('refuses to enlarge', () => {
    const sensor = { width: 4, height: 4 };
    for (const output of [
      { width: 4, height: 5 },
      { width: 5, height: 4 },
    ])
      expect(() => pixelMap({ sensor, output })).toThrow(expect.objectContaining({ option: 'output' }));
  });
});

describe('conventions', () => {
  /** DVS128 words, with and without the polarity bit. */
  const words = [0, 1, 0x0102, 0x7fff, 0x3a55, 0x55aa & 0x7fff];
  const file = (): Uint8Array => {
    const view = new DataView(new ArrayBuffer(words.length * 8));
    words.forEach((word, i) => {
      view.setUint32(8 * i, word);
      view.setInt32(8 * i + 4, 1000 + i);
    });
    return Uint8Array.from([...new TextEncoder().encode('#!AER-DAT2.0\r\n'), ...new Uint8Array(view.buffer)]);
  };
  const decode = (convention: Convention): number[][] => {
    const decoder = createDecoder({ format: 'aedat2', chip: 'dvs128', convention });
    return [...decoder.push(file()), ...decoder.finish()].flatMap(({ x, y, p }) =>
      Array.from(x, (_, i) => [x[i]!, y[i]!, p[i]!]),
    );
  };

  it.each(CONVENTIONS)(
    'turning canonical events gives what a DVS128 decoder gives under %s',
    (convention) => {
      const sensor = { width: 128, height: 128 };
      const map = { sensor, output: sensor, orientation: orientationOf(convention) };
      const turned = decode('canonical').map((event) => placeOf(map, event as [number, number, number]));
      expect(turned).toEqual(decode(convention));
    },
  );
});
