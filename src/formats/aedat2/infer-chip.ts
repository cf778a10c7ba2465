/** The chip of a recording whose header names none, from its address words. */
import type { SensorGeometry } from '../../events/index.ts';
import type { DecodeNote } from '../decode-report.ts';
import { EventFormatError } from '../errors.ts';
import { CHIP_LAYOUTS, type Aedat2Chip, type ChipLayout } from './addressing.ts';

/** Words that tell a DVS128 from a DAVIS. A fixed number, so that chunks do not matter. */
export const FAMILY_WORDS = 1024;
/** Words that tell how large a DAVIS is; what moves may stay in a corner of the sensor for some time. */
export const SIZE_WORDS = 65_536;

/**
 * Share of words that must use bits 16 to 30 for a file without a chip line to be a DAVIS recording. In real ones over
 * 99.9 % do, and all but 16 pixels of the sensor; in those of a DVS128 only damage does.
 */
const DAVIS_SHARE = 0.5;
/** A DVS128 has nothing here. Bit 31 is jAER's special mark on words of both. */
const DAVIS_BITS = 0x7fff_0000;

/** Whether address words are those of a DAVIS; else they are those of a DVS128. */
export function areDavisWords(addresses: Iterable<number>): boolean {
  let count = 0;
  let high = 0;
  for (const address of addresses) {
    count++;
    if ((address & DAVIS_BITS) !== 0) high++;
  }
  return count > 0 && high >= DAVIS_SHARE * count;
}

/** Sizes that are inferred, the smallest first. Larger ones must be stated. */
const INFERRED: readonly ChipLayout[] = [CHIP_LAYOUTS.davis240, CHIP_LAYOUTS.davis346];

/**
 * The smallest common DAVIS that all pixels named by address words fit. A larger sensor may have been used: words of its
 * other pixels, should they follow, contradict this.
 *
 * @throws {@link EventFormatError} `UNSUPPORTED_CHIP` where they fit none.
 *
 * @example
 * ```ts
 * import { davisFromAddresses } from 'saccade';
 * const address = (x: number, y: number): number => (y << 22) | (x << 12);
 * console.log(davisFromAddresses([address(239, 179)]), davisFromAddresses([address(0, 259)])); // 'davis240' 'davis346'
 * ```
 */
export function davisFromAddresses(addresses: Iterable<number>): Aedat2Chip {
  const { xShift, xMask, yShift, yMask } = CHIP_LAYOUTS.davis240;
  let [right, top] = [0, 0];
  for (const address of addresses) {
    if (!namesPixel(address)) continue;
    right = Math.max(right, (address >>> xShift) & xMask);
    top = Math.max(top, (address >>> yShift) & yMask);
  }
  const found = INFERRED.find(({ geometry }) => right < geometry.width && top < geometry.height);
  if (found !== undefined) return found.chip;
  throw new EventFormatError(
    'UNSUPPORTED_CHIP',
    0,
    `The header names no chip, and the addresses reach pixel (${right}, ${top}), beyond a DAVIS of 346x260. State chip, as "davis640".`,
  );
}

/** Pixel events, and reads of pixels for frames. */
function namesPixel(address: number): boolean {
  return address >>> 31 === 0 ? (address & 0x400) === 0 : ((address >>> 10) & 3) < 2;
}

/** What the report says of an inferred chip, `DAVIS of 240x180` for example. */
export function inferredNote(chip: string, words: number): DecodeNote {
  const seen = words === 1 ? 'address' : `${words.toLocaleString('en')} addresses`;
  return {
    code: 'INFERRED_CHIP',
    message: `The header names no chip; that it is a ${chip} is inferred from the first ${seen}.`,
    option: 'chip',
  };
}

/** What the report says once addresses prove an inferred chip wrong. */
export function contradictedNote({ width, height }: SensorGeometry): DecodeNote {
  return {
    code: 'CONTRADICTED_CHIP',
    message: `The inferred sensor of ${width}x${height} is too small for what follows: all events are shifted.`,
    option: 'chip',
  };
}
