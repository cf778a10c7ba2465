/** The bit fields of DAT records. */
import type { SensorGeometry } from '../../events/index.ts';
import type { RecordLayout } from '../records/index.ts';
import { DAT_FIELDS, type DatVersion } from './record.ts';

/** Pixel events on a sensor of this size, or as large as the fields; in a file of triggers each record is a marker. */
export function datLayout(
  version: DatVersion,
  geometry: SensorGeometry | null,
  recordBytes: number,
  triggers = false,
): RecordLayout {
  const { x, y, polarity } = DAT_FIELDS[version];
  const { width, height } = geometry ?? { width: x.mask + 1, height: y.mask + 1 };
  return {
    recordBytes,
    addressBytes: [4, 5, 6, 7],
    timeBytes: [0, 1, 2, 3],
    timeMask: -1,
    timeSigned: false,
    counterRange: 2 ** 32,
    x: { ...x, size: width, flip: false },
    y: { ...y, size: height, flip: false },
    polarity,
    pixel: null,
    marker: triggers ? { mask: 0, value: 0 } : null,
  };
}
