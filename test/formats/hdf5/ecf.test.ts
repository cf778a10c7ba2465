import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { decodeEcf } from '../../../src/formats/hdf5/ecf/decode.ts';
import { encodeEcf } from '../../../src/formats/hdf5/ecf/encode.ts';
import { adler32 } from '../../../src/formats/compression/adler32.ts';
import { lookup3 } from '../../../src/formats/hdf5/file/checksum.ts';
import fc from 'fast-check';
import { hasSharedData, readShared } from '../../helpers/shared-data.ts';
import { ecfEvents, type CountedEvents } from './ecf-events.ts';

function eventsOf(records: Uint8Array): CountedEvents {
  const count = records.length / 16;
  const view = new DataView(records.buffer, records.byteOffset, records.byteLength);
  const at = (place: number) => Array.from({ length: count }, (_, i) => view.getUint16(16 * i + place, true));
  const t = Float64Array.from({ length: count }, (_, i) => Number(view.getBigInt64(16 * i + 8, true)));
  return { count, t, x: Uint16Array.from(at(0)), y: Uint16Array.from(at(2)), p: Uint8Array.from(at(4)) };
}

/** Chunks behind their lengths. */
function chunksIn(file: string): Uint8Array[] {
  const bytes = readShared(file);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = at + 4 + view.getUint32(at, true);
    chunks.push(bytes.slice(at + 4, end));
    at = end;
  }
  return chunks;
}

describe.skipIf(!hasSharedData)("chunks of Prophesee's encoder", () => {
  it.each([
    ['evt2', 0, '82fb9a7f4c5aa633196b00211466492d2bb3ef54026718fc971eaf5408cd413a'],
    ['evt21-hummingbird', 2, '2cbc5bef4b30e29f34c5c4434beb37cd5329794f5e49f77f9f002f93f9eb2f58'],
    ['evt3_sample', 1, '8a42ce9a2eaeaf3e548396323f3caf35e46af82f102e10d241b4b59c6e3fec93'],
  ])('%s, packing %d: decoded to the reference, and encoded byte for byte', (name, packing, digest) => {
    const hash = createHash('sha256');
    for (const chunk of chunksIn(`ecf/${name}.ecf-chunks`)) {
      const records = decodeEcf(chunk, 2 ** 24);
      hash.update(records);
      expect(chunk[0]! & 3).toBe(packing);
      const { count, ...events } = eventsOf(records);
      expect(Buffer.compare(encodeEcf(events, count), chunk)).toBe(0);
    }
    expect(hash.digest('hex')).toBe(digest);
  });
});

it('decode(encode(events)) = events, in runs and without', () => {
  fc.assert(
    fc.property(ecfEvents, ({ count, ...events }) => {
      const back = eventsOf(decodeEcf(encodeEcf(events, count), 16 * count));
      expect(back).toEqual({ count, ...events });
    }),
    { numRuns: 200 },
  );
});

it('damage is an error, nothing else', () => {
  const events = {
    t: new Float64Array(100),
    x: new Uint16Array(100),
    y: new Uint16Array(100),
    p: new Uint8Array(100),
  };
  const chunk = encodeEcf(events, 100);
  expect(() => decodeEcf(chunk, 1599)).toThrow(expect.objectContaining({ code: 'CORRUPT_DATA' }));
  for (let length = 0; length < chunk.length; length++)
    expect(() => decodeEcf(chunk.subarray(0, length), 1600)).toThrow(
      expect.objectContaining({ name: 'CodecError' }),
    );
});

it('checksums', () => {
  // Jenkins' own example, and that of Wikipedia.
  expect(lookup3(new TextEncoder().encode('Four score and seven years ago'))).toBe(0x17770551);
  expect(adler32(new TextEncoder().encode('Wikipedia'))).toBe(0x11e6_0398);
});
