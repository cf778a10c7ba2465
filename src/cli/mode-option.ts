/** `--mode`: by which equation neurons decide. */
import { Option, type Command } from 'commander';
import { OptionError } from '../events/index.ts';
import { ruleName, type AnyModel, type NeuronMode } from '../network/index.ts';

/** What {@link addModeOption} parses. */
export interface ModeFlags {
  readonly mode: NeuronMode;
}

/** Adds `--mode`. */
export function addModeOption(command: Command): Command {
  const modes: readonly NeuronMode[] = ['exact', 'eq9'];
  return command.addOption(
    new Option(
      '--mode <mode>',
      'exact (Eq. 7, mixes the steps where M has history) or the literal Eq. 9 (thresholds only)',
    )
      .choices(modes)
      .default('exact'),
  );
}

/** @throws OptionError for Eq. 9 of a model that has only one rule. */
export function requireMode(model: AnyModel, { mode }: ModeFlags): void {
  if (mode === 'eq9' && ruleName(model, mode) === 'LIF')
    throw new OptionError(
      '--mode',
      'eq9 is of neurons with an M_tau, and the model has LIF neurons: leave it out',
    );
}
