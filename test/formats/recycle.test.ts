import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  allocateEvents,
  batchOf,
  concatBatches,
  SeededRandom,
  sliceBatch,
  type EventBatch,
} from '../../src/events/index.ts';
import { createDecoder, createEncoder, recycleBatch, writableFormats } from '../../src/formats/index.ts';
import { canonicalText, decodeAll } from '../helpers/decode.ts';
import { encodeAll } from '../helpers/round-trip.ts';

const geometry = { width: 128, height: 128 };

function events(length: number): EventBatch {
  const random = new SeededRandom(5);
  const arrays = allocateEvents(length);
  for (let i = 0, time = 0; i < length; i++) {
    time += random.integer(4);
    arrays.t[i] = time;
    arrays.x[i] = random.integer(128);
    arrays.y[i] = random.integer(128);
    arrays.p[i] = random.integer(2);
  }
  return batchOf(arrays, length, geometry);
}

const stream = events(6000);
const file = encodeAll(createEncoder('atis40', { geometry }), stream);
const chunk = file.subarray(0, 5 * 1000);
const open = (maxBatchEvents?: number) =>
  createDecoder({ format: 'atis40', geometry, ...(maxBatchEvents !== undefined && { maxBatchEvents }) });

/** The one batch of a push, in memory of its own. */
function push(decoder = open()): EventBatch {
  const [batch, ...rest] = decoder.push(chunk);
  if (rest.length > 0) throw new Error('more than one batch');
  return batch!;
}

/** Until memory that other tests gave back is used up: batches that are kept. */
function useUpIdleMemory(): void {
  const buffers = new Set<ArrayBufferLike>();
  for (let i = 0; i < 64; i++) buffers.add(push().t.buffer);
  expect(buffers.size).toBe(64);
}

describe('recycleBatch', () => {
  it.each(writableFormats())(
    '$id: a batch that is kept never changes, whichever others are recycled',
    ({ id }) => {
      const bytes = encodeAll(createEncoder(id, { geometry }), stream);
      const step = fc.record({ bytes: fc.integer({ min: 1, max: 20_000 }), recycled: fc.boolean() });
      fc.assert(
        fc.property(fc.array(step, { minLength: 1, maxLength: 8 }), (steps) => {
          const decoder = createDecoder({ format: id, geometry });
          const kept: { batch: EventBatch; text: string }[] = [];
          let text = '';
          const take = (batches: readonly EventBatch[], recycled: boolean): void => {
            for (const batch of batches) {
              const own = canonicalText(batch);
              text += own;
              if (recycled) recycleBatch(batch);
              else kept.push({ batch, text: own });
            }
          };
          for (let at = 0, i = 0; at < bytes.length; i++) {
            const { bytes: size, recycled } = steps[i % steps.length]!;
            take(decoder.push(bytes.subarray(at, at + size)), recycled);
            at += size;
          }
          take(decoder.finish(), true);
          expect(text).toBe(canonicalText(stream));
          for (const one of kept) expect(canonicalText(one.batch)).toBe(one.text);
        }),
        { numRuns: 15 },
      );
    },
  );

  it('gives the memory to the next batch', () => {
    const first = push();
    const { buffer } = first.t;
    recycleBatch(first);
    expect(push().t.buffer).toBe(buffer);
  });

  it('keeps at most 32 MiB waiting', () => {
    const batches = Array.from({ length: 2700 }, () => push());
    const buffers = new Set(batches.map(({ t }) => t.buffer));
    batches.forEach(recycleBatch);
    let again = 0;
    for (let i = 0; i < 2700; i++) if (buffers.has(push().t.buffer)) again++;
    expect(again).toBeGreaterThan(1000);
    expect(again).toBeLessThanOrEqual(2 ** 25 / 13_000);
  });

  it('gives it once, however often the batch is given back', () => {
    useUpIdleMemory();
    const first = push();
    recycleBatch(first);
    recycleBatch(first);
    const second = push();
    recycleBatch(first);
    expect(push().t.buffer).not.toBe(second.t.buffer);
  });

  it('leaves slices and parts of batches alone', () => {
    useUpIdleMemory();
    const whole = push();
    recycleBatch(sliceBatch(whole, 0, whole.length - 1));
    recycleBatch({ ...whole, t: whole.t.slice() });
    expect(push().t.buffer).not.toBe(whole.t.buffer);
  });

  it('does nothing to batches that no decoder made', () => {
    useUpIdleMemory();
    recycleBatch(stream);
    recycleBatch(concatBatches([push(), push()]));
    expect(push().t.buffer).not.toBe(stream.t.buffer);
  });

  it('serves a longer batch from fresh memory', () => {
    useUpIdleMemory();
    recycleBatch(open(500).push(chunk)[0]!);
    expect(canonicalText(push())).toBe(canonicalText(sliceBatch(stream, 0, 1000)));
  });

  it('survives that the memory was transferred to another thread', () => {
    useUpIdleMemory();
    const batch = push();
    structuredClone(batch.t, { transfer: [batch.t.buffer as ArrayBuffer] });
    recycleBatch(batch);
    expect(canonicalText(push())).toBe(canonicalText(sliceBatch(stream, 0, 1000)));
    expect(canonicalText(decodeAll(open(), file))).toBe(canonicalText(stream));
  });
});
