/** Address words of the two chip families, and the conventions in circulation for turning them into x, y, p. */
import type { SensorGeometry } from '../../events/index.ts';
import { EventFormatError } from '../errors.ts';

/** Chips whose address words are known. */
export type Aedat2Chip = 'dvs128' | 'davis240' | 'davis346';

/**
 * How an address becomes a pixel. `canonical` is libcaer's and saccade's own. The others reproduce data sets
 * and tools: `spikingjelly` (CIFAR10-DVS, transposed), `jaer` (display, y up), `dat2mat` (same, t from 0),
 * `raw` (events-tfds), `tonic` (swapped axes, raw bit).
 */
export type Aedat2Convention = 'canonical' | 'jaer' | 'dat2mat' | 'spikingjelly' | 'raw' | 'tonic';

/** All conventions. */
export const AEDAT2_CONVENTIONS: readonly Aedat2Convention[] = [
  'canonical',
  'jaer',
  'dat2mat',
  'spikingjelly',
  'raw',
  'tonic',
];

/** Where the fields of an address word are. */
export interface ChipLayout {
  readonly chip: Aedat2Chip;
  readonly geometry: SensorGeometry;
  readonly xShift: number;
  readonly xMask: number;
  readonly yShift: number;
  readonly yMask: number;
  readonly polarityShift: number;
  /** The raw polarity bit of an ON event. */
  readonly onBit: 0 | 1;
  /** A word with any of these bits is not a pixel event: special, external, APS, IMU. */
  readonly notPixelMask: number;
}

const DVS128: ChipLayout = {
  chip: 'dvs128',
  geometry: { width: 128, height: 128 },
  xShift: 1,
  xMask: 0x7f,
  yShift: 8,
  yMask: 0x7f,
  polarityShift: 0,
  // iniVation's document says 1 = ON; jAER, libcaer, dat2mat and SpikingJelly all read 0 as ON.
  onBit: 0,
  notPixelMask: 0x8000_8000,
};

const DAVIS240: ChipLayout = {
  chip: 'davis240',
  geometry: { width: 240, height: 180 },
  xShift: 12,
  xMask: 0x3ff,
  yShift: 22,
  yMask: 0x1ff,
  polarityShift: 11,
  onBit: 1,
  notPixelMask: 0x8000_0400,
};

/** Layouts by chip. */
export const CHIP_LAYOUTS: Readonly<Record<Aedat2Chip, ChipLayout>> = {
  dvs128: DVS128,
  davis240: DAVIS240,
  davis346: { ...DAVIS240, chip: 'davis346', geometry: { width: 346, height: 260 } },
};

/** What a convention does to the fields. */
export interface ConventionRule {
  readonly swapAxes: boolean;
  readonly flipX: boolean;
  readonly flipY: boolean;
  /** p is 1 for ON, or the raw bit as it stands. */
  readonly rawPolarity: boolean;
  readonly time: 'signed' | 'unsigned' | 'from-first';
}

const RULES: Readonly<Record<Aedat2Convention, ConventionRule>> = {
  canonical: { swapAxes: false, flipX: true, flipY: true, rawPolarity: false, time: 'signed' },
  jaer: { swapAxes: false, flipX: true, flipY: false, rawPolarity: false, time: 'signed' },
  dat2mat: { swapAxes: false, flipX: true, flipY: false, rawPolarity: false, time: 'from-first' },
  spikingjelly: { swapAxes: true, flipX: true, flipY: true, rawPolarity: false, time: 'unsigned' },
  raw: { swapAxes: false, flipX: false, flipY: false, rawPolarity: true, time: 'signed' },
  tonic: { swapAxes: true, flipX: false, flipY: false, rawPolarity: true, time: 'unsigned' },
};

/** The rule of a convention. */
export function conventionRule(convention: Aedat2Convention): ConventionRule {
  return RULES[convention];
}

/** The header's line about the chip. Only `# AEChip:` counts: preferences dumped there mention other chips too. */
function chipLine(lines: readonly string[]): string | undefined {
  return lines.find((line) => /^#\s*AEChip:/i.test(line));
}

function chipOfLine(line: string): Aedat2Chip | null {
  if (/davis/i.test(line)) return line.includes('346') ? 'davis346' : 'davis240';
  return /dvs128|tmpdiff128/i.test(line) ? 'dvs128' : null;
}

/** The sensor's size as far as header lines tell it; for sniffing. */
export function sensorFromHeader(lines: readonly string[]): SensorGeometry | null {
  const chip = chipOfLine(chipLine(lines) ?? '');
  return chip === null ? null : CHIP_LAYOUTS[chip].geometry;
}

/**
 * The chip that the header names, `null` if it names none.
 *
 * @throws {@link EventFormatError} `UNSUPPORTED_CHIP` for chips without pixels or with unknown words.
 */
export function chipFromHeader(lines: readonly string[]): Aedat2Chip | null {
  const line = chipLine(lines);
  if (line === undefined) return null;
  const chip = chipOfLine(line);
  if (chip !== null) return chip;
  throw new EventFormatError(
    'UNSUPPORTED_CHIP',
    0,
    `The header names a chip whose addresses are unknown ("${line.slice(1).trim()}"). If they are like a DVS128's or DAVIS's, say so with the option chip.`,
  );
}

/** Share of words that must use bits 16 to 30 for a file without a chip line to be a DAVIS recording. */
const DAVIS_SHARE = 0.5;

/** Tells the family from address words: a DVS128 has nothing above bit 15 but jAER's special mark, bit 31. */
export function chipFromAddresses(addresses: readonly number[]): Aedat2Chip {
  const high = addresses.filter((address) => (address & 0x7fff_0000) !== 0).length;
  return high > DAVIS_SHARE * addresses.length ? 'davis240' : 'dvs128';
}
