import { afterEach, expect, it, vi } from 'vitest';
import { batchFromTuples, type EventTuple } from '../../../src/events/index.ts';

const GEOMETRY = { width: 128, height: 128 };
const EVENTS = batchFromTuples(
  Array.from({ length: 300 }, (_, i): EventTuple => [
    3 * Math.floor(i / 4),
    (5 * i) % 128,
    Math.floor(i / 4) % 128,
    i & 1,
  ]),
  GEOMETRY,
);

/** What every format writes and reads back, in modules loaded anew. */
async function roundTrips(): Promise<unknown> {
  vi.resetModules();
  const { eventFormats } = await import('../../../src/formats/index.ts');
  return eventFormats
    .filter(({ createEncoder }) => createEncoder !== undefined)
    .map(({ id, createEncoder, createDecoder }) => {
      const encoder = createEncoder!({ geometry: GEOMETRY });
      const bytes = Buffer.concat([encoder.push(EVENTS), encoder.finish()]);
      for (const patch of encoder.patches ?? []) bytes.set(patch.bytes, patch.byteOffset);
      const decoder = createDecoder({ geometry: GEOMETRY });
      const batches = [...decoder.push(bytes), ...decoder.finish()];
      return { id, bytes: bytes.toString('hex'), batches, report: { ...decoder.report } };
    });
}

afterEach(() => {
  vi.unstubAllGlobals();
});

it('writes and reads the same without WebAssembly', async () => {
  const expected = await roundTrips();
  vi.stubGlobal('WebAssembly', undefined);
  expect(await roundTrips()).toEqual(expected);
});

it('reads markers without WebAssembly', async () => {
  vi.resetModules();
  vi.stubGlobal('WebAssembly', undefined);
  const { Atis40Decoder } = await import('../../../src/formats/index.ts');
  const decoder = new Atis40Decoder();
  const [batch] = decoder.push(new Uint8Array([3, 4, 0x80, 1, 0, 0, 240, 0, 0, 0, 5, 6, 0, 0, 2]));
  decoder.finish();
  expect([...batch!.t]).toEqual([256, 8192 + 2]);
  expect([...batch!.x, ...batch!.y, ...batch!.p]).toEqual([3, 5, 4, 6, 1, 0]);
});
