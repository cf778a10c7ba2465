/** The options that describe a binning rule, for every command that bins. */
import { Option, type Command } from 'commander';
import type { BinningSpec } from '../frames/index.ts';
import { positiveNumber, wholeNumber } from './options.ts';

/** Options that describe a binning rule. */
export interface BinningFlags {
  readonly by: BinningSpec['by'];
  readonly steps: number;
  readonly stepUs: number;
  readonly stepEvents: number;
  readonly duration: number;
  readonly emptyBin: 'error' | 'zero';
  readonly includeIncomplete?: boolean;
}

/** All rules, for `--by`. */
const BINNING_RULES: readonly BinningSpec['by'][] = [
  'fixed-duration',
  'fixed-count',
  'number',
  'time',
  'duration',
  'duration-legacy',
  'tonic-time-window',
  'tonic-time-bins',
  'tonic-event-count',
  'tonic-event-bins',
];

/** The rule that the flags describe. */
export function binningFromFlags({
  by,
  steps,
  stepUs,
  stepEvents,
  duration,
  emptyBin,
  includeIncomplete = false,
}: BinningFlags): BinningSpec {
  switch (by) {
    case 'number':
      return { by, steps };
    case 'time':
      return { by, steps, emptyBin };
    case 'duration':
    case 'duration-legacy':
      return { by, durationMicros: duration };
    case 'tonic-time-window':
      return { by, durationMicros: duration, includeIncomplete };
    case 'tonic-event-count':
      return { by, stepEvents, includeIncomplete };
    case 'tonic-time-bins':
    case 'tonic-event-bins':
      return { by, steps };
    case 'fixed-duration':
      return { by, stepMicros: stepUs, steps };
    case 'fixed-count':
      return { by, stepEvents, steps };
  }
}

/**
 * Adds the options. Without a `rule` there is no `--steps` either: both then come from the model.
 *
 * @param rule default of `--by`.
 */
export function addBinningOptions(command: Command, rule?: BinningSpec['by']): Command {
  const by = new Option(
    '--by <rule>',
    rule === undefined ? "binning rule (default: the model's)" : 'binning rule',
  );
  command.addOption(by.choices(BINNING_RULES).default(rule));
  if (rule !== undefined) command.option('--steps <T>', 'time steps', wholeNumber(1), 10);
  return command
    .option('--step-us <µs>', 'duration of a step (fixed-duration)', positiveNumber, 30_000)
    .option('--step-events <n>', 'events of a step (fixed-count, tonic-event-count)', wholeNumber(1), 500)
    .option(
      '--duration <µs>',
      'duration of a step (duration, duration-legacy, tonic-time-window)',
      positiveNumber,
      30_000,
    )
    .addOption(
      new Option('--empty-bin <policy>', 'a step without events (time)')
        .choices(['error', 'zero'])
        .default('error'),
    )
    .option('--include-incomplete', 'keep the tail (tonic-time-window, tonic-event-count)');
}
