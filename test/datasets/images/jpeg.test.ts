import { describe, expect, it } from 'vitest';
import { readImage, type Image } from '../../../datasets/index.ts';
import { SeededRandom } from '../../../src/events/index.ts';
import { jpegOf, type JpegOptions } from '../../helpers/images.ts';

const size = { width: 64, height: 64 };
const pixels = size.width * size.height;

/** Without edges, which JPEG does not keep. */
function smooth(): Uint8Array {
  const planes = new Uint8Array(3 * pixels);
  for (let channel = 0; channel < 3; channel++)
    for (let i = 0; i < pixels; i++) {
      const [x, y] = [i % 64, i >> 6];
      planes[channel * pixels + i] = Math.round(128 + 100 * Math.sin((x * (channel + 1) + 2 * y) / 60));
    }
  return planes;
}

function read(bytes: Uint8Array, wanted = size): Promise<Image> {
  const entry = {
    id: 'val/images/val_7.JPEG',
    open: async function* () {
      // In two chunks, as a member of an archive may come.
      yield bytes.subarray(0, 100);
      yield bytes.subarray(100);
    },
  };
  return readImage(entry, { codec: 'jpeg', size: wanted });
}

function largestDifference(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
}

describe('JPEG images', () => {
  it.each<[string, JpegOptions, number]>([
    ['chroma of every pixel', { quality: 100, chroma: 1 }, 3],
    ['chroma of four pixels, interpolated', { quality: 100, chroma: 2 }, 5],
    ['progressive', { quality: 100, chroma: 1, progressive: true }, 3],
  ])('are planes of red, green and blue: %s', async (_, options, most) => {
    const planes = smooth();
    const { pixels: found, grey } = await read(await jpegOf(planes, size, options));
    expect(grey).toBe(false);
    expect(largestDifference(found, planes)).toBeLessThanOrEqual(most);
  });

  it('of greys have one plane three times, and say so', async () => {
    const { pixels: found, grey } = await read(await jpegOf(smooth(), size, { grey: true }));
    expect(grey).toBe(true);
    const [red, green, blue] = [0, 1, 2].map((channel) =>
      found.subarray(channel * pixels, (channel + 1) * pixels),
    );
    expect(green).toEqual(red);
    expect(blue).toEqual(red);
    expect(new Set(red).size).toBeGreaterThan(50);
  });

  it('are refused in another size, whatever the data are', async () => {
    const bytes = await jpegOf(smooth(), size);
    await expect(read(bytes, { width: 32, height: 64 })).rejects.toMatchObject({
      code: 'BAD_IMAGE',
      path: 'val/images/val_7.JPEG',
      message: expect.stringContaining('has 64x64 pixels, and those of this data set 32x64') as string,
    });
  });

  it('that are none are refused with the place', async () => {
    const bytes = await jpegOf(smooth(), size);
    const refused = (damaged: Uint8Array, problem: RegExp): Promise<void> =>
      expect(read(damaged)).rejects.toMatchObject({
        code: 'BAD_IMAGE',
        message: expect.stringMatching(problem) as string,
      });
    await refused(new TextEncoder().encode('<html>not found</html>'), /Byte 0: this is no JPEG/);
    await refused(new Uint8Array(), /Byte 0: this is no JPEG/);
    await refused(bytes.subarray(0, 12), /Byte \d+: the file ends/);
    await refused(Uint8Array.of(0xff, 0xd8, 0, 0, 0, 0), /Byte 2: a marker must be here/);
    await refused(Uint8Array.of(0xff, 0xd8, 0xff, 0xda, 0, 8, 0, 0), /Byte 2: the data come without/);
    const frame = (bits: number, colours: number): Uint8Array =>
      Uint8Array.of(0xff, 0xd8, 0xff, 0xc0, 0, 11, bits, 0, 64, 0, 64, colours, 0, 0);
    await refused(frame(12, 3), /Byte 6: values have 12 bits/);
    await refused(frame(8, 4), /Byte 11: it has 4 colours/);
  });

  it('that end early or hold damaged data are refused, not filled up with grey', async () => {
    const good = await jpegOf(smooth(), size);
    const { pixels: wanted } = await read(good);
    for (const cut of [2, 10, good.length >> 1])
      await expect(read(good.subarray(0, good.length - cut))).rejects.toMatchObject({ code: 'BAD_IMAGE' });
    const random = new SeededRandom(3);
    let refused = 0;
    for (let i = 0; i < 200; i++) {
      const damaged = new Uint8Array(good);
      damaged[2 + random.integer(good.length - 2)]! ^= 1 << random.integer(8);
      const outcome = await read(damaged).catch((error: unknown) => error as { code?: string });
      if ('pixels' in outcome) expect(outcome.pixels).toHaveLength(3 * pixels);
      else {
        expect(outcome.code).toBe('BAD_IMAGE');
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(10);
    // What came before leaves nothing behind.
    expect((await read(good)).pixels).toEqual(wanted);
  });

  it('may be read at the same time', async () => {
    const good = await jpegOf(smooth(), size);
    const cut = good.subarray(0, good.length - 10);
    const outcomes = await Promise.allSettled([good, cut, good, cut, good].map((bytes) => read(bytes)));
    expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual([true, false, true, false, true]);
  });
});
