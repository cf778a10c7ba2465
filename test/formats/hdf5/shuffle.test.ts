import fc from 'fast-check';
import { expect, it } from 'vitest';
import { shuffle, unshuffle } from '../../../src/formats/hdf5/chunk-filters/shuffle.ts';

it('puts the bytes of elements of any size back', () => {
  const elementBytes = fc.oneof(fc.constantFrom(2, 4, 8, 16), fc.integer({ min: 1, max: 20 }));
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), elementBytes, fc.nat(3), (bytes, size, before) => {
      const sorted = shuffle(bytes, size);
      const count = Math.floor(bytes.length / size);
      if (size > 1 && count > 1)
        expect([...sorted.subarray(0, count)]).toEqual(
          Array.from({ length: count }, (_, i) => bytes[i * size]),
        );
      // Chunks lie anywhere in what was read.
      const placed = new Uint8Array(before + sorted.length);
      placed.set(sorted, before);
      expect(unshuffle(placed.subarray(before), size)).toEqual(bytes);
    }),
  );
});
