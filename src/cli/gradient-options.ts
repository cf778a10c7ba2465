/** How `saccade train` keeps gradients, and what it tells of rounded ones. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import { DEFAULT_LEVELS, MOST_LEVELS } from '../training/engine/gradient-options.ts';
import type { GradientPrecision, RoundingReport, TrainingPlan } from '../training/index.ts';
import { declareEffects } from './option-effects.ts';
import { wholeNumber } from './options.ts';

export interface GradientFlags {
  readonly gradients: GradientPrecision | 'auto';
  readonly gradientLevels?: number;
}

function levels(text: string): number {
  const value = wholeNumber(1)(text);
  if (value <= MOST_LEVELS) return value;
  throw new InvalidArgumentError(`Expected at most ${MOST_LEVELS}.`);
}

export function addGradientOptions(command: Command): Command {
  declareEffects(
    command,
    { options: ['gradientLevels'], with: [{ option: 'gradients', values: ['power-of-two'] }] },
    {
      options: ['gradients'],
      values: ['power-of-two'],
      with: [{ option: 'backend', values: ['engine', 'auto'] }],
      because: 'TensorFlow.js does not round them',
    },
  );
  return command
    .addOption(
      new Option(
        '--gradients <form>',
        'of inner layers, on the training engine: exact, or rounded by chance to powers of two; auto rounds where that is faster, from 64 channels on',
      )
        .choices(['auto', 'float32', 'power-of-two'] satisfies GradientFlags['gradients'][])
        .default('auto'),
    )
    .option(
      '--gradient-levels <n>',
      `powers of two to begin with, 1 to ${MOST_LEVELS} (default: ${DEFAULT_LEVELS})`,
      levels,
    );
}

/**
 * Of the plan and the model's provenance; nothing for float32, which is all that there is elsewhere.
 *
 * @param fastest what auto stands for.
 */
export function gradientsFromFlags(
  { gradients, gradientLevels }: GradientFlags,
  fastest: GradientPrecision,
): Pick<TrainingPlan, 'gradients' | 'gradientLevels'> {
  const precision = gradients === 'auto' ? fastest : gradients;
  return precision === 'float32'
    ? {}
    : { gradients: precision, gradientLevels: gradientLevels ?? DEFAULT_LEVELS };
}

/** One line for an epoch's last batch. */
export function roundingText(epoch: number, layers: readonly RoundingReport[]): string {
  const share = (part: number): string => `${(100 * part).toFixed(0)} %`;
  const texts = layers.map(({ layer, levels: own, nonzero, clipped, cosine }) => {
    return `${layer} ${share(nonzero)} of ${own} levels, ${share(clipped)} clipped, cosine ${cosine.toFixed(3)}`;
  });
  return `epoch ${epoch + 1} gradients not rounded to 0: ${texts.join('; ')}`;
}
