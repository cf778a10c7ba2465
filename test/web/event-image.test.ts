import { describe, expect, it } from 'vitest';
import { EventImage } from '../../web/src/model/event-image.ts';

const geometry = { width: 4, height: 1 };
const palette = { background: [0, 0, 0], on: [200, 0, 0], off: [0, 0, 200] } as const;

function frame(on: number[], off: number[] = [0, 0, 0, 0]): Parameters<EventImage['push']>[0] {
  return {
    camera: 'one',
    geometry,
    sensor: geometry,
    on: Uint8Array.from(on),
    off: Uint8Array.from(off),
    tMicros: 0,
  };
}

/** Red of each pixel. */
function reds(image: EventImage, now: number): number[] {
  const pixels = new Uint32Array(4);
  image.paint(pixels, now, 60, palette);
  return Array.from(pixels, (word) => word & 0xff);
}

describe('the picture of events', () => {
  it('fades with the events that come', () => {
    const image = new EventImage();
    image.push(frame([1, 0, 0, 0], [0, 2, 0, 0]), 0);
    expect(reds(image, 0)).toEqual([200, 0, 0, 0]);
    image.push(frame([0, 0, 3, 3]), 30);
    expect(reds(image, 30)).toEqual([100, 0, 200, 200]);
    image.push(frame([0, 1, 1, 0]), 60);
    expect(reds(image, 60)).toEqual([0, 200, 200, 100]);
  });

  it('stays in silence, dims, and never goes out', () => {
    const image = new EventImage();
    image.push(frame([1, 0, 0, 0]), 0);
    expect(reds(image, 250)[0]).toBe(200);
    const later = reds(image, 1000)[0]!;
    expect(later).toBeLessThan(200);
    expect(later).toBeGreaterThan(reds(image, 5000)[0]!);
    expect(reds(image, 1e6)[0]).toBe(70);
  });

  it('is not wiped by a few events after many', () => {
    const image = new EventImage();
    image.push(frame([1, 1, 1, 1]), 0);
    for (let now = 33; now < 100; now += 33) image.push(frame([1, 0, 0, 0]), now);
    expect(reds(image, 99).every((red) => red > 0)).toBe(true);
  });

  it('begins anew with the first events of the next clip', () => {
    const image = new EventImage();
    image.push(frame([1, 1, 0, 0]), 0);
    image.beginClip();
    expect(reds(image, 10)).toEqual([200, 200, 0, 0]);
    image.push(frame([0, 0, 1, 0]), 20);
    expect(reds(image, 20)).toEqual([0, 0, 200, 0]);
  });
});
