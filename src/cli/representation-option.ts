/** `--representation` on the command line. */
import type { Command } from 'commander';
import { OptionError } from '../events/index.ts';
import {
  parseRepresentation,
  RepresentationError,
  representations,
  type RepresentationSpec,
} from '../frames/index.ts';

/** What {@link addRepresentationOption} parses. */
export interface RepresentationFlags {
  readonly representation?: RepresentationSpec;
}

const HELP = `
Representations (docs/representations.md says more of each); values are NAME=option:value,option:value:
${representations.map(({ id, summary, example }) => `  ${id.padEnd(20)} ${summary}, as in ${example}`).join('\n')}`;

/** Adds `--representation`. */
export function addRepresentationOption(command: Command): Command {
  return command
    .option(
      '--representation <representation>',
      "what becomes of the events of a time step (default: the model's, where there is one; else counts)",
      representationFromText,
    )
    .addHelpText('after', HELP);
}

function representationFromText(text: string): RepresentationSpec {
  try {
    return parseRepresentation(text);
  } catch (cause) {
    if (!(cause instanceof RepresentationError)) throw cause;
    throw new OptionError('--representation', `${text} cannot be: ${cause.message}`, { cause });
  }
}
