/** Address words of the two chip families, and the conventions in circulation for turning them into x, y, p. */
import { orientationOf, type Convention, type SensorGeometry } from '../../events/index.ts';
import { EventFormatError } from '../errors.ts';

/** Chips whose address words are known. */
export type Aedat2Chip = 'dvs128' | 'davis208' | 'davis240' | 'davis346' | 'davis640';

/** All chips. */
export const AEDAT2_CHIPS: readonly Aedat2Chip[] = ['dvs128', 'davis208', 'davis240', 'davis346', 'davis640'];

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
  // Bit 15 is the sync input, bit 31 jAER's special mark; a pixel's word has nothing in between either.
  notPixelMask: 0xffff_8000,
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

/** The DAVIS family: one layout of words, several sizes. */
function davis(chip: Aedat2Chip, width: number, height: number): ChipLayout {
  return { ...DAVIS240, chip, geometry: { width, height } };
}

/** Layouts by chip. */
export const CHIP_LAYOUTS: Readonly<Record<Aedat2Chip, ChipLayout>> = {
  dvs128: DVS128,
  davis208: davis('davis208', 208, 192),
  davis240: DAVIS240,
  davis346: davis('davis346', 346, 260),
  davis640: davis('davis640', 640, 480),
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

const TIMES: Readonly<Partial<Record<Convention, ConventionRule['time']>>> = {
  dat2mat: 'from-first',
  spikingjelly: 'unsigned',
  tonic: 'unsigned',
};

/**
 * The rule of a convention. Both axes of the words run against the canonical ones; what a convention turns is turned from
 * there.
 */
export function conventionRule(convention: Convention): ConventionRule {
  const { flipX, flipY, swapAxes, flipPolarity } = orientationOf(convention);
  const time = TIMES[convention] ?? 'signed';
  return { swapAxes, flipX: !flipX, flipY: !flipY, rawPolarity: flipPolarity, time };
}

/** The header's line about the chip. Only `# AEChip:` counts: preferences dumped there mention other chips too. */
function chipLine(lines: readonly string[]): string | undefined {
  return lines.find((line) => /^#\s*AEChip:/i.test(line));
}

/** `davis`: one of that family, of a size that its name does not tell. */
function chipOfLine(line: string): Aedat2Chip | 'davis' | null {
  const [, davis, size] = /(davis)(?:.*?(208|240|346|640))?/i.exec(line) ?? [];
  if (davis !== undefined) return size === undefined ? 'davis' : (`davis${size}` as Aedat2Chip);
  return /dvs128|tmpdiff128/i.test(line) ? 'dvs128' : null;
}

/** The sensor's size as far as header lines tell it; for sniffing. */
export function sensorFromHeader(lines: readonly string[]): SensorGeometry | null {
  const chip = chipOfLine(chipLine(lines) ?? '');
  return chip === null || chip === 'davis' ? null : CHIP_LAYOUTS[chip].geometry;
}

/**
 * The chip that the header names, `davis` if only its family is known of it, `null` if the header names none.
 *
 * @throws {@link EventFormatError} `UNSUPPORTED_CHIP` for chips without pixels or with unknown words.
 */
export function chipFromHeader(lines: readonly string[]): Aedat2Chip | 'davis' | null {
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
