/** The bit fields of pixel events. */
import type { SensorGeometry } from '../../events/index.ts';
import type { RecordLayout } from '../records/index.ts';
import type { Aedat3Version } from './source.ts';

/** Bit 0 is the valid bit, which stands in the place of other formats' mark of pixel events. */
export function pixelLayout(
  version: Aedat3Version,
  geometry: SensorGeometry | null,
  eventBytes: number,
  timeOffset: number,
): RecordLayout {
  const old = version === '3.0';
  const mask = old ? 0x3fff : 0x7fff;
  const { width, height } = geometry ?? { width: mask + 1, height: mask + 1 };
  return {
    recordBytes: eventBytes,
    addressBytes: [0, 1, 2, 3],
    timeBytes: [0, 1, 2, 3].map((i) => timeOffset + i),
    timeMask: -1,
    timeSigned: true,
    counterRange: Infinity,
    x: { shift: old ? 18 : 17, mask, size: width, flip: false },
    y: { shift: old ? 4 : 2, mask, size: height, flip: old },
    polarity: { shift: 1, mask: 1, inverted: false },
    pixel: { mask: 1, value: 1 },
    marker: null,
  };
}
