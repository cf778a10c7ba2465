import fc from 'fast-check';
import { expect, it } from 'vitest';
import { shuffle, unshuffle } from '../../../src/formats/hdf5/chunk-filters/shuffle.ts';
import { withoutKernels } from '../../helpers/without-kernels.ts';

const elementBytes = fc.oneof(fc.constantFrom(2, 4, 8, 16), fc.integer({ min: 1, max: 20 }));

it('puts the bytes of elements of any size back, by the kernel as by plain loops', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 300, size: 'max' }),
      elementBytes,
      fc.nat(3),
      fc.nat(3),
      (bytes, size, before, outBefore) => {
        const sorted = shuffle(bytes, size);
        const count = Math.floor(bytes.length / size);
        if (size > 1 && count > 1)
          expect([...sorted.subarray(0, count)]).toEqual(
            Array.from({ length: count }, (_, i) => bytes[i * size]),
          );
        // Chunks lie anywhere in what was read, and blocks anywhere in their chunk.
        const placed = new Uint8Array(before + sorted.length);
        placed.set(sorted, before);
        const joined = (): Uint8Array => {
          const room = new Uint8Array(outBefore + bytes.length + 1).fill(0xa5);
          unshuffle(placed.subarray(before), size, room.subarray(outBefore, -1));
          return room;
        };
        const room = joined();
        expect(room.subarray(outBefore, -1)).toEqual(bytes);
        expect(room.at(-1)).toBe(0xa5);
        expect(withoutKernels(joined)).toEqual(room);
      },
    ),
  );
});

it.each([2, 4])('elements of %i bytes, more than go to the kernel at once', (size) => {
  const bytes = Uint8Array.from({ length: 200_001 }, (_, i) => (i * 7919) >>> 3);
  expect(Buffer.compare(unshuffle(shuffle(bytes, size), size), bytes)).toBe(0);
});

it('elements larger than all bytes leave these as they are', () => {
  const bytes = Uint8Array.of(1, 2, 3);
  expect(unshuffle(bytes, 2 ** 32 - 1)).toEqual(bytes);
});
