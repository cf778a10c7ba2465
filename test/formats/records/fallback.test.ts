import { expect, it, vi } from 'vitest';

it('decodes without WebAssembly', async () => {
  vi.stubGlobal('WebAssembly', undefined);
  const { Atis40Decoder } = await import('../../../src/formats/index.ts');
  const decoder = new Atis40Decoder();
  const [batch] = decoder.push(new Uint8Array([3, 4, 0x80, 1, 0, 0, 240, 0, 0, 0, 5, 6, 0, 0, 2]));
  decoder.finish();
  expect([...batch!.t]).toEqual([256, 8192 + 2]);
  expect([...batch!.x, ...batch!.y, ...batch!.p]).toEqual([3, 5, 4, 6, 1, 0]);
  vi.unstubAllGlobals();
});
