/** AEDAT 2.0 words of a DAVIS. */
import { joinBytes } from '../../helpers/round-trip.ts';

/** An AEDAT 2.0 record. */
export type Word = readonly [address: number, t: number];
export const MARK: number = 2 ** 31;
export const apsReset = (xr: number, yr: number, adc: number): number => MARK + (yr << 22) + (xr << 12) + adc;
export const apsSignal = (xr: number, yr: number, adc: number): number => apsReset(xr, yr, adc) + 0x400;
export const imuWord = (type: number, value: number): number =>
  MARK + type * 2 ** 28 + ((value & 0xffff) << 12) + 0xc00;

/** A file with header lines and an end marker. */
export function file(lines: readonly string[], words: readonly Word[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(8 * words.length));
  words.forEach(([address, t], i) => {
    view.setUint32(8 * i, address >>> 0);
    view.setInt32(8 * i + 4, t);
  });
  const text = ['#!AER-DAT2.0', ...lines, '#End Of ASCII Header'].map((line) => `${line}\r\n`).join('');
  return joinBytes(new TextEncoder().encode(text), new Uint8Array(view.buffer));
}

/** A frame of `width` x `height` whose pixel (xr, yr) is worth 10 yr + xr. */
export function aps(width: number, height: number, t: number, left = 0, low = 0): Word[] {
  const pixels = Array.from({ length: width * height }, (_, i) => [
    left + (i % width),
    low + Math.floor(i / width),
  ]);
  return [
    ...pixels.map(([x, y], i): Word => [apsReset(x!, y!, 900), t + i]),
    ...pixels.map(([x, y], i): Word => [apsSignal(x!, y!, 900 - 10 * y! - x!), t + 1000 + i]),
  ];
}
