/** The bit fields of AEDAT 2.0 records under a convention. */
import type { SensorGeometry } from '../../events/index.ts';
import type { AxisField, Clock, RecordLayout } from '../records/index.ts';
import type { ChipLayout, ConventionRule } from './addressing.ts';
import { AEDAT2_RECORD_BYTES } from './record.ts';

const TWO_32 = 2 ** 32;

/** A chip's words, turned into the coordinates of a convention on a sensor of this size. */
export function aedat2Layout(
  chip: ChipLayout,
  { swapAxes, flipX, flipY, rawPolarity }: ConventionRule,
  { width, height }: SensorGeometry,
): RecordLayout {
  const column: AxisField = { shift: chip.xShift, mask: chip.xMask, size: width, flip: flipX };
  const row: AxisField = { shift: chip.yShift, mask: chip.yMask, size: height, flip: flipY };
  return {
    recordBytes: AEDAT2_RECORD_BYTES,
    addressBytes: [3, 2, 1, 0],
    timeBytes: [7, 6, 5, 4],
    timeMask: -1,
    timeSigned: true,
    counterRange: TWO_32,
    x: swapAxes ? row : column,
    y: swapAxes ? column : row,
    polarity: { shift: chip.polarityShift, mask: 1, inverted: !rawPolarity && chip.onBit === 0 },
    pixel: { mask: chip.notPixelMask, value: 0 },
    marker: null,
  };
}

/** A clock before the first record, whose counter this is. */
export function startClock(time: ConventionRule['time'], first: number): Clock {
  const offset = time === 'from-first' ? -first : time === 'unsigned' && first < 0 ? TWO_32 : 0;
  return { offset, last: first, wraps: 0 };
}
