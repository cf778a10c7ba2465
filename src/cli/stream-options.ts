/** The options of every command that turns recordings into frames: reading, fitting, the clock. */
import { Option, type Command } from 'commander';
import type { CreateDecoderOptions } from '../formats/index.ts';
import { SENSOR_FITS, type FrameRule, type SensorFit } from '../frames/index.ts';
import {
  addFilterOption,
  addHeldOption,
  heldFromFlags,
  type FilterFlags,
  type HeldFlags,
} from './filter-options.ts';
import { addRepresentationOption, type RepresentationFlags } from './representation-option.ts';
import { addDecodingOptions, decodingFromFlags, type FormatFlags } from './format-options.ts';
import { positiveNumber } from './options.ts';

/** What {@link addStreamOptions} parses, beside the options of formats. */
export interface StreamFlags extends FormatFlags, FilterFlags, HeldFlags, RepresentationFlags {
  readonly fit?: SensorFit;
  readonly allowOutside?: boolean;
  readonly maxGap?: number;
}

/** What the flags stand for. */
export interface StreamSettings extends HeldFlags {
  readonly decoding: CreateDecoderOptions;
  /** What is to hold in place of the model's or data set's own rule. */
  readonly rule: Partial<FrameRule>;
  readonly allowOutside: boolean;
  /** Whether late events, outliers and restarts of the clock are errors. */
  readonly strict: boolean;
  readonly maxGapMicros?: number;
}

/** Adds the reading options, `--filter`, `--max-held-events`, `--representation`, `--fit`, `--allow-outside` and `--max-gap`. */
export function addStreamOptions(command: Command): Command {
  const filtered = addFilterOption(
    addDecodingOptions(command),
    " (default: the model's, where there is one; none: no filter)",
  );
  return addRepresentationOption(addHeldOption(filtered))
    .addOption(
      new Option(
        '--fit <rule>',
        'a recording of another sensor: scale its picture, cut out its middle, or refuse it (default: resize)',
      ).choices(SENSOR_FITS),
    )
    .option('--allow-outside', 'go on when most events lie outside the sensor')
    .option(
      '--max-gap <s>',
      'a jump in time by more than this must be confirmed by the next events (default: 10)',
      positiveNumber,
    );
}

/** @throws OptionError as the formats' own options. */
export function streamFromFlags(flags: StreamFlags): StreamSettings {
  return {
    decoding: decodingFromFlags(flags),
    rule: {
      ...(flags.fit !== undefined && { fit: flags.fit }),
      ...(flags.filter !== undefined && { filters: flags.filter }),
      ...(flags.representation !== undefined && { representation: flags.representation }),
    },
    allowOutside: flags.allowOutside ?? false,
    strict: flags['strict'] === true,
    ...(flags.maxGap !== undefined && { maxGapMicros: flags.maxGap * 1e6 }),
    ...heldFromFlags(flags),
  };
}
