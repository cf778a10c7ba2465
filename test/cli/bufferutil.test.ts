import fc from 'fast-check';
import { expect, it } from 'vitest';
import { mask, unmask } from '../../src/cli/bufferutil.ts';

const bytes = (maxLength: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength });
const key = fc.uint8Array({ minLength: 4, maxLength: 4 });

it('is RFC 6455, 5.3, wherever the bytes lie', () => {
  fc.assert(
    fc.property(bytes(100), key, fc.nat(7), (data, masking, place) => {
      const room = new Uint8Array(place + data.length + 5).fill(7);
      room.set(data, place);
      unmask(room.subarray(place, place + data.length), masking);
      const expected = data.map((byte, i) => byte ^ masking[i % 4]!);
      expect(room.subarray(place, place + data.length)).toEqual(expected);
      expect([...room.subarray(0, place), ...room.subarray(place + data.length)]).toEqual(
        new Array<number>(place + 5).fill(7),
      );
    }),
  );
});

it('masks into other bytes, or in place', () => {
  fc.assert(
    fc.property(bytes(100), key, fc.nat(7), (data, masking, offset) => {
      const expected = data.map((byte, i) => byte ^ masking[i % 4]!);
      const output = new Uint8Array(offset + data.length);
      mask(data, masking, output, offset, data.length);
      expect(output.subarray(offset)).toEqual(expected);
      mask(data, masking, data, 0, data.length);
      expect(data).toEqual(expected);
    }),
  );
});
