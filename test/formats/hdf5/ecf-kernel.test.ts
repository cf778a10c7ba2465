/** The kernel over ECF chunks beside the plain loops: the same records, and of damage the same errors at the same place. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CodecError } from '../../../src/formats/aedat4/codec/codec-error.ts';
import { decodeEcf } from '../../../src/formats/hdf5/ecf/decode.ts';
import { encodeEcf } from '../../../src/formats/hdf5/ecf/encode.ts';
import { decodeEcfByKernel } from '../../../src/formats/hdf5/ecf/kernel.ts';
import { ECF_EVENT_BYTES, ECF_FILTER } from '../../../src/formats/hdf5/ecf/layout.ts';
import { decodeEcfScalar } from '../../../src/formats/hdf5/ecf/scalar.ts';
import { Hdf5Decoder } from '../../../src/formats/index.ts';
import { decodeOutcome } from '../../helpers/decode-outcome.ts';
import { withoutKernels } from '../../helpers/without-kernels.ts';
import { ecfEvents } from './ecf-events.ts';
import { recordsFile, singleChunk } from './samples.ts';

const PACKINGS = [0, 1, 2];

/** What the header states. */
function headerOf(chunk: Uint8Array): { readonly count: number; readonly packing: number } {
  const word = new DataView(chunk.buffer, chunk.byteOffset).getUint32(0, true);
  return { count: word >>> 2, packing: word & 3 };
}

function kernelOf(chunk: Uint8Array): Uint8Array | null {
  const { count, packing } = headerOf(chunk);
  return decodeEcfByKernel(chunk, count, packing);
}

it('decodes whole chunks of all packings as the plain loops do', () => {
  const seen = new Set<number>();
  fc.assert(
    fc.property(ecfEvents, ({ count, ...events }) => {
      const chunk = encodeEcf(events, count);
      const { packing } = headerOf(chunk);
      seen.add(packing);
      const records = kernelOf(chunk);
      expect(records).not.toBeNull();
      expect(records).toEqual(decodeEcfScalar(chunk, count, packing));
    }),
    { numRuns: 500 },
  );
  expect([...seen].sort()).toEqual(PACKINGS);
});

/** Bytes of a chunk changed, cut off and appended, and its header another one. */
const damage = fc.record({
  changes: fc.array(fc.tuple(fc.nat(), fc.oneof(fc.nat(255), fc.constantFrom(0, 0x1f, 0x7f, 0xf0, 0xff))), {
    maxLength: 3,
  }),
  length: fc.oneof(fc.constant(Infinity), fc.nat(), fc.integer({ min: -12, max: -1 })),
  more: fc.uint8Array({ maxLength: 20 }),
  events: fc.oneof(fc.constant(0), fc.integer({ min: -5, max: 5 })),
  packing: fc.constantFrom(...PACKINGS, 3, null, null, null),
});

const damagedChunk = fc
  .tuple(ecfEvents, damage)
  .map(([{ count, ...events }, { changes, length, more, ...header }]) => {
    const encoded = encodeEcf(events, count);
    for (const [place, value] of changes) encoded[place % encoded.length] = value;
    const end = length < 0 ? encoded.length + length : length % (encoded.length + 1) || encoded.length;
    const chunk = new Uint8Array([...encoded.subarray(0, Math.max(12, end)), ...more]);
    const stated = headerOf(chunk);
    const word = 4 * Math.max(0, stated.count + header.events) + (header.packing ?? stated.packing);
    new DataView(chunk.buffer).setUint32(0, word % 2 ** 32, true);
    return chunk;
  });

const anyChunk = fc.uint8Array({ minLength: 12, maxLength: 80 }).map((bytes) => {
  const chunk = new Uint8Array(bytes);
  new DataView(chunk.buffer).setUint32(0, (bytes[0]! + 256 * bytes[1]!) % (12 * bytes.length), true);
  return chunk;
});

/** Records, or what is wrong. */
function outcomeOf(chunk: Uint8Array): unknown {
  try {
    return decodeEcf(chunk, 2 ** 20);
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    return [error.code, error.message];
  }
}

it('damaged chunks, and any bytes, become what the plain loops make of them', () => {
  let [whole, left] = [0, 0];
  fc.assert(
    fc.property(fc.oneof(damagedChunk, anyChunk), fc.nat(20), (bytes, before) => {
      // Chunks lie anywhere in what was read, and what is behind them is not theirs.
      const read = new Uint8Array(before + bytes.length + 16).fill(0xa5);
      read.set(bytes, before);
      const chunk = read.subarray(before, before + bytes.length);
      const { count } = headerOf(chunk);
      if (count <= 3 * chunk.length) {
        if (kernelOf(chunk) === null) left++;
        else whole++;
      }
      expect(outcomeOf(chunk)).toEqual(withoutKernels(() => outcomeOf(chunk)));
    }),
    { numRuns: 3000 },
  );
  expect(Math.min(whole, left)).toBeGreaterThan(20);
});

it('steps of time of any length are added as the plain loop adds them', () => {
  const nibbles = fc.array(fc.nat(15), { minLength: 1, maxLength: 18, size: 'max' });
  fc.assert(
    fc.property(
      fc.array(nibbles, { minLength: 1, maxLength: 4 }),
      fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      (steps, start) => {
        const times = steps.flatMap((step) => [...step.map((nibble) => 0xf0 + nibble), 0x11]);
        const chunk = new Uint8Array([...new Uint8Array(12), ...times, ...new Uint8Array(3 * steps.length)]);
        const view = new DataView(chunk.buffer);
        view.setUint32(0, 4 * steps.length + 2, true);
        view.setBigUint64(4, start, true);
        expect(outcomeOf(chunk)).toEqual(withoutKernels(() => outcomeOf(chunk)));
      },
    ),
  );
});

it('a file with a damaged chunk gives the same events, faults and errors', () => {
  fc.assert(
    fc.property(damagedChunk, fc.constantFrom('strict', 'salvage'), (chunk, policy) => {
      const { count } = headerOf(chunk);
      const file = recordsFile(chunk, singleChunk(Math.max(1, count), chunk.length, ECF_FILTER));
      const outcome = (): unknown => decodeOutcome(new Hdf5Decoder({ policy, maxChunkBytes: 2 ** 20 }), file);
      expect(outcome()).toEqual(withoutKernels(outcome));
    }),
    { numRuns: 300 },
  );
});

it('large chunks are for the plain loops, and give the same', () => {
  const count = 2 ** 16 - 1;
  const events = {
    t: Float64Array.from({ length: count }, (_, i) => 3 * i),
    x: Uint16Array.from({ length: count }, (_, i) => (7 * i) % 640),
    y: Uint16Array.from({ length: count }, (_, i) => (5 * i) % 480),
    p: Uint8Array.from({ length: count }, (_, i) => i & 1),
  };
  const chunk = encodeEcf(events, count);
  const records = kernelOf(chunk)!;
  expect(Buffer.compare(records, decodeEcfScalar(chunk, count, headerOf(chunk).packing))).toBe(0);
  const padded = new Uint8Array(2 ** 22);
  padded.set(chunk);
  expect(kernelOf(padded)).toBeNull();
  expect(Buffer.compare(decodeEcf(padded, ECF_EVENT_BYTES * count), records)).toBe(0);
});
