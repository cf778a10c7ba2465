/** Streams, maps and cuts for tests of loops that have a kernel. */
import fc from 'fast-check';
import {
  allocateEvents,
  batchOf,
  CONVENTIONS,
  orientationOf,
  SeededRandom,
  sliceBatch,
  type EventBatch,
} from '../../src/events/index.ts';
import type { PixelMapOptions } from '../../src/frames/index.ts';

export interface StreamOptions {
  readonly seed: number;
  readonly length: number;
  /** Columns and rows lie below these, but for one event in sixteen, which lies anywhere. */
  readonly width: number;
  readonly height: number;
}

/** Events with any polarity byte, the last ones' room filled with others that do not count. */
export function stream({ seed, length, width, height }: StreamOptions): EventBatch {
  const random = new SeededRandom(seed);
  const arrays = allocateEvents(length + 11);
  for (let i = 0; i < length + 11; i++) {
    const far = random.integer(16) === 0;
    arrays.x[i] = random.integer(far ? 0x10000 : width);
    arrays.y[i] = random.integer(far ? 0x10000 : height);
    arrays.p[i] = random.integer(8) === 0 ? random.integer(256) : random.integer(2);
  }
  return random.integer(2) === 0
    ? batchOf(arrays, length, null)
    : { ...batchOf(arrays, length + 11, null), length };
}

const side = fc.integer({ min: 1, max: 40 });
export const streams: fc.Arbitrary<StreamOptions> = fc.record({
  seed: fc.nat(),
  length: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 240, max: 800 })),
  width: side,
  height: side,
});
/** Every convention and size of frame, the sensor itself most often. */
export const maps: fc.Arbitrary<PixelMapOptions> = fc
  .record({
    width: side,
    height: side,
    convention: fc.option(fc.constantFrom(...CONVENTIONS)),
    smaller: fc.option(
      fc.record({
        width: fc.double({ min: 0, max: 1, noNaN: true }),
        height: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
    ),
    cut: fc.option(fc.record({ x: fc.integer({ min: -5, max: 5 }), y: fc.integer({ min: -5, max: 5 }) })),
  })
  .map(({ width, height, convention, smaller, cut }) => {
    const orientation = convention === null ? undefined : orientationOf(convention);
    const shown = orientation?.swapAxes ? { width: height, height: width } : { width, height };
    const output = {
      width: Math.max(1, Math.ceil(shown.width * (smaller?.width ?? 1))),
      height: Math.max(1, Math.ceil(shown.height * (smaller?.height ?? 1))),
    };
    return {
      sensor: { width, height },
      output,
      ...(orientation && { orientation }),
      ...(cut && { part: { ...cut, ...shown } }),
    };
  });

/** The same events in batches of some sizes. */
export function cut(batch: EventBatch, sizes: readonly number[]): EventBatch[] {
  const batches: EventBatch[] = [];
  for (let at = 0, i = 0; at < batch.length; i++) {
    const to = Math.min(batch.length, at + sizes[i % sizes.length]!);
    batches.push(sliceBatch(batch, at, to));
    at = to;
  }
  return batches;
}
