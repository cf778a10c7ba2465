/** What jAER's senders can be set to, and receivers must be told. */
import { type Convention, OptionError, type SensorGeometry } from '../../events/index.ts';
import {
  CHIP_LAYOUTS,
  conventionRule,
  type Aedat2Chip,
  type ChipLayout,
  type ConventionRule,
} from '../aedat2/addressing.ts';
import { aedat2Layout } from '../aedat2/layout.ts';
import type { DecoderOptions } from '../event-format.ts';
import type { RecordLayout } from '../records/index.ts';
import type { ReportBuilder } from '../report-builder.ts';

/** Options of both jAER network forms. Nothing in the bytes tells them. */
export interface JaerStreamOptions extends DecoderOptions {
  /** Default `dvs128`. */
  readonly chip?: Aedat2Chip;
  /** Default `canonical`. */
  readonly convention?: Convention;
  /** The timestamp stands in front of the address. Default: over TCP only, as jAER sends. */
  readonly timestampFirst?: boolean;
  /** Default 4. */
  readonly addressBytes?: 2 | 4;
  /** 0: events have no timestamps. Default 4; jAER's sender keeps to 4 where its addresses have 2. */
  readonly timestampBytes?: 0 | 2 | 4;
  /** Numbers are little-endian. Default false. */
  readonly byteSwap?: boolean;
}

/** What the report says where the option `chip` is not set: nothing in the bytes tells it. */
export function noteAssumedChip(account: ReportBuilder, { chip }: JaerStreamOptions): void {
  if (chip !== undefined) return;
  const message = 'The stream does not name the chip; that it is a DVS128 is assumed.';
  account.note({ code: 'INFERRED_CHIP', message, option: 'chip' });
}

/** The options, resolved. */
export interface JaerStream {
  readonly chip: ChipLayout;
  readonly sensor: SensorGeometry;
  readonly rule: ConventionRule;
  /** The sensor as events see it: a convention may swap its axes. */
  readonly geometry: SensorGeometry;
  readonly layout: RecordLayout;
}

/** Resolves the options. */
export function jaerStream(options: JaerStreamOptions, timestampFirst: boolean): JaerStream {
  const { addressBytes = 4, timestampBytes = 4, byteSwap = false } = options;
  if (![2, 4].includes(addressBytes)) throw new OptionError('addressBytes', 'must be 2 or 4');
  if (![0, 2, 4].includes(timestampBytes)) throw new OptionError('timestampBytes', 'must be 0, 2 or 4');
  const chip = CHIP_LAYOUTS[options.chip ?? 'dvs128'];
  const rule = conventionRule(options.convention ?? 'canonical');
  const sensor = options.geometry ?? chip.geometry;
  const { width, height } = sensor;
  const word = (at: number, bytes: number): number[] => {
    const places = Array.from({ length: bytes }, (_, i) => at + i);
    return byteSwap ? places : places.reverse();
  };
  const timeBefore = options.timestampFirst ?? timestampFirst;
  const layout: RecordLayout = {
    ...aedat2Layout(chip, rule, sensor),
    recordBytes: addressBytes + timestampBytes,
    addressBytes: word(timeBefore ? timestampBytes : 0, addressBytes),
    timeBytes: word(timeBefore ? 0 : addressBytes, timestampBytes),
    timeSigned: timestampBytes !== 2,
    counterRange: timestampBytes === 0 ? Infinity : 2 ** (8 * timestampBytes),
  };
  const geometry = rule.swapAxes ? { width: height, height: width } : { width, height };
  return { chip, sensor, rule, geometry, layout };
}
