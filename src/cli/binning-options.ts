/** The options that describe a binning rule, for every command that bins. */
import { Option, type Command } from 'commander';
import { OptionError } from '../events/index.ts';
import type { BinningSpec } from '../frames/index.ts';
import type { Model } from '../network/index.ts';
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
  readonly strideUs?: number;
  readonly strideEvents?: number;
  readonly overlap?: number;
}

/** All rules, for `--by`. */
export const BINNING_RULES: readonly BinningSpec['by'][] = [
  'fixed-duration',
  'fixed-count',
  'mixed',
  'number',
  'time',
  'duration',
  'duration-legacy',
  'tonic-time-window',
  'tonic-time-bins',
  'tonic-event-count',
  'tonic-event-bins',
];

/** Which rules have an optional flag, and what it is called on the command line. */
const OPTIONAL_FLAGS = {
  strideUs: { flag: '--stride-us', rules: ['fixed-duration'] },
  strideEvents: { flag: '--stride-events', rules: ['fixed-count'] },
  includeIncomplete: { flag: '--include-incomplete', rules: ['tonic-time-window', 'tonic-event-count'] },
  overlap: {
    flag: '--overlap',
    rules: ['tonic-time-window', 'tonic-time-bins', 'tonic-event-count', 'tonic-event-bins'],
  },
} as const satisfies Record<string, { flag: string; rules: readonly BinningSpec['by'][] }>;

/** Those of {@link OPTIONAL_FLAGS} that are given and that a rule does not have. `undefined`: the model's rule, which takes none. */
function strayFlag(
  by: BinningSpec['by'] | undefined,
  flags: Partial<BinningFlags>,
): { readonly flag: string; readonly rules: readonly BinningSpec['by'][] } | undefined {
  return Object.entries(OPTIONAL_FLAGS)
    .filter(([name]) => flags[name as keyof typeof OPTIONAL_FLAGS] !== undefined)
    .map(([, flag]): { flag: string; rules: readonly BinningSpec['by'][] } => flag)
    .find(({ rules }) => by === undefined || !rules.includes(by));
}

/** The rule that the flags name, or a model's where they name none. @throws OptionError for a flag that the rule does not have. */
export function binningOrModels(
  flags: Omit<BinningFlags, 'by' | 'steps'> & { readonly by?: BinningSpec['by'] },
  { input, network }: Pick<Model, 'input' | 'network'>,
): BinningSpec {
  const { by } = flags;
  if (by !== undefined) return binningFromFlags({ ...flags, by, steps: network.steps });
  const stray = strayFlag(by, flags);
  if (stray === undefined) return input.binning;
  throw new OptionError(stray.flag, "goes with --by: without it the model's own binning holds");
}

/** The rule that the flags describe. @throws OptionError for a flag that the rule does not have. */
export function binningFromFlags(flags: BinningFlags): BinningSpec {
  const { by, steps, stepUs, stepEvents, duration, emptyBin, includeIncomplete = false } = flags;
  const { strideUs, strideEvents, overlap } = flags;
  const stray = strayFlag(by, flags);
  if (stray !== undefined)
    throw new OptionError(stray.flag, `is of ${stray.rules.join(', ')}, and --by is ${by}`);
  switch (by) {
    case 'number':
      return { by, steps };
    case 'time':
      return { by, steps, emptyBin };
    case 'duration':
    case 'duration-legacy':
      return { by, durationMicros: duration };
    case 'tonic-time-window':
      return {
        ...{ by, durationMicros: duration, includeIncomplete },
        ...(overlap !== undefined && { overlapMicros: overlap }),
      };
    case 'tonic-event-count':
      return {
        ...{ by, stepEvents, includeIncomplete },
        ...(overlap !== undefined && { overlapEvents: overlap }),
      };
    case 'tonic-time-bins':
    case 'tonic-event-bins':
      return { by, steps, ...(overlap !== undefined && { overlap }) };
    case 'fixed-duration':
      return { by, stepMicros: stepUs, steps, ...(strideUs !== undefined && { strideMicros: strideUs }) };
    case 'fixed-count':
      return { by, stepEvents, steps, ...(strideEvents !== undefined && { strideEvents }) };
    case 'mixed':
      return { by, stepMicros: stepUs, stepEvents, steps };
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
    .option('--step-us <µs>', 'duration of a step (fixed-duration), at most (mixed)', positiveNumber, 30_000)
    .option(
      '--step-events <n>',
      'events of a step (fixed-count, tonic-event-count), at most (mixed)',
      wholeNumber(1),
      500,
    )
    .option(
      '--stride-us <µs>',
      'windows begin so far behind one another, and overlap (fixed-duration; default: a window)',
      positiveNumber,
    )
    .option(
      '--stride-events <n>',
      'windows begin so many events behind one another, and overlap (fixed-count; default: a window)',
      wholeNumber(1),
    )
    .option(
      '--overlap <n>',
      'what steps share: µs (tonic-time-window), events (tonic-event-count), a share of them below 1 (tonic-time-bins, tonic-event-bins)',
      positiveNumber,
    )
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
