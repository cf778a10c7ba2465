/** The bit fields of ATIS 40-bit records. */
import type { SensorGeometry } from '../../events/index.ts';
import type { RecordLayout } from '../records/index.ts';
import { ATIS40_RECORD_BYTES, OVERFLOW_Y } from './record.ts';

/** x, y, then polarity and time, which share the third byte. */
export function atis40Layout(geometry: SensorGeometry | null, overflowMarkers: boolean): RecordLayout {
  return {
    recordBytes: ATIS40_RECORD_BYTES,
    addressBytes: [0, 1, 2],
    timeBytes: [4, 3, 2],
    timeMask: 0x7f_ffff,
    timeSigned: false,
    counterRange: Infinity,
    x: { shift: 0, mask: 0xff, size: geometry?.width ?? 256, flip: false },
    y: { shift: 8, mask: 0xff, size: geometry?.height ?? 256, flip: false },
    polarity: { shift: 23, mask: 1, inverted: false },
    pixel: null,
    marker: overflowMarkers ? { mask: 0xff00, value: OVERFLOW_Y << 8 } : null,
  };
}
