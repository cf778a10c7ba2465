/** The options that describe a binning rule, for every command that bins. */
import { Option, type Command } from 'commander';
import type { BinningSpec } from '../frames/index.ts';
import type { Model } from '../network/index.ts';
import { declareEffects } from './option-effects.ts';
import { positiveNumber, wholeNumber } from './options.ts';

/** Options that describe a binning rule. */
export interface BinningFlags {
  readonly by: BinningSpec['by'];
  readonly steps?: number;
  readonly stepUs?: number;
  readonly stepEvents?: number;
  readonly duration?: number;
  readonly emptyBin?: 'error' | 'zero';
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

/** T where nothing says it. */
export const DEFAULT_STEPS = 10;

/** What rules take where nothing is said. */
const DEFAULTS = { stepUs: 30_000, stepEvents: 500, duration: 30_000, emptyBin: 'error' } as const;

/** Which rules have an option. */
const RULES_OF = {
  steps: ['fixed-duration', 'fixed-count', 'mixed', 'number', 'time', 'tonic-time-bins', 'tonic-event-bins'],
  stepUs: ['fixed-duration', 'mixed'],
  stepEvents: ['fixed-count', 'mixed', 'tonic-event-count'],
  duration: ['duration', 'duration-legacy', 'tonic-time-window'],
  emptyBin: ['time'],
  strideUs: ['fixed-duration'],
  strideEvents: ['fixed-count'],
  includeIncomplete: ['tonic-time-window', 'tonic-event-count'],
  overlap: ['tonic-time-window', 'tonic-time-bins', 'tonic-event-count', 'tonic-event-bins'],
} as const satisfies Partial<Record<keyof BinningFlags, readonly BinningSpec['by'][]>>;

/** The rule that the flags name, or a model's where they name none. */
export function binningOrModels(
  flags: Omit<BinningFlags, 'by' | 'steps'> & { readonly by?: BinningSpec['by'] },
  { input, network }: Pick<Model, 'input' | 'network'>,
): BinningSpec {
  const { by } = flags;
  return by === undefined ? input.binning : binningFromFlags({ ...flags, by, steps: network.steps });
}

/** The rule that the flags describe. */
export function binningFromFlags(flags: BinningFlags): BinningSpec {
  const { by, steps = DEFAULT_STEPS, includeIncomplete = false, strideUs, strideEvents, overlap } = flags;
  const { stepUs, stepEvents, duration, emptyBin } = { ...DEFAULTS, ...flags };
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

/** What {@link addBinningOptions} is told. */
export interface BinningChoice {
  /** Default of `--by`. Left out: the model's rule, and its T: there is no `--steps`. */
  readonly rule?: BinningSpec['by'];
  /** Whether T is a network's too, so that it matters with every rule. */
  readonly network?: boolean;
}

/** Adds the options, and says with which rules each has an effect. */
export function addBinningOptions(command: Command, { rule, network = false }: BinningChoice = {}): Command {
  const by = new Option(
    '--by <rule>',
    rule === undefined ? "binning rule (default: the model's)" : 'binning rule',
  );
  command.addOption(by.choices(BINNING_RULES).default(rule));
  if (rule !== undefined)
    command.option('--steps <T>', `time steps (default: ${DEFAULT_STEPS})`, wholeNumber(1));
  for (const [option, values] of Object.entries(RULES_OF)) {
    if (option !== 'steps' || (rule !== undefined && !network))
      declareEffects(command, { options: [option], with: [{ option: 'by', values }] });
  }
  return command
    .option(
      '--step-us <µs>',
      `duration of a step (fixed-duration), at most (mixed) (default: ${DEFAULTS.stepUs})`,
      positiveNumber,
    )
    .option(
      '--step-events <n>',
      `events of a step (fixed-count, tonic-event-count), at most (mixed) (default: ${DEFAULTS.stepEvents})`,
      wholeNumber(1),
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
      `duration of a step (duration, duration-legacy, tonic-time-window) (default: ${DEFAULTS.duration})`,
      positiveNumber,
    )
    .addOption(
      new Option(
        '--empty-bin <policy>',
        `a step without events (time) (default: ${DEFAULTS.emptyBin})`,
      ).choices(['error', 'zero']),
    )
    .option('--include-incomplete', 'keep the tail (tonic-time-window, tonic-event-count)');
}
