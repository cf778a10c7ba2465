import { describe, expect, it } from 'vitest';
import { ByteWriter } from '../../src/formats/byte-writer.ts';

const FIELDS: Readonly<Record<string, readonly [bytes: number, write: (writer: ByteWriter) => void]>> = {
  u8: [1, (writer) => writer.u8(0xa5)],
  u16: [2, (writer) => writer.u16(0xa5)],
  u32: [4, (writer) => writer.u32(0xa5)],
  u64: [8, (writer) => writer.u64(0xa5)],
  text: [3, (writer) => writer.text('\u00a5.')],
};

describe('ByteWriter', () => {
  it.each(Object.entries(FIELDS))(
    '%s: lands where it belongs when there is no more room',
    (_, [bytes, write]) => {
      const alone = new ByteWriter();
      write(alone);
      expect(alone.bytes()).toHaveLength(bytes);
      for (let before = 240; before < 260; before++) {
        const writer = new ByteWriter().zeros(before);
        write(writer);
        expect(writer.bytes()).toEqual(new Uint8Array([...new Uint8Array(before), ...alone.bytes()]));
      }
    },
  );
});
