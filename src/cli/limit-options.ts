/** Limits on the command line and in the environment: `maxCameras` is `--max-cameras` and `SACCADE_MAX_CAMERAS`. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import { largestOf, type DescribedLimit, type DescribedLimits } from '../live/described-limits.ts';

/** The flag of a limit. */
export function limitFlag(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** The variable of a limit. */
export function limitVariable(name: string): string {
  return `SACCADE_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

/** Adds an option for every limit of a list, in a group of its own in the help. A flag holds before a variable. */
export function addLimitOptions(command: Command, heading: string, limits: DescribedLimits): Command {
  for (const [name, limit] of Object.entries(limits)) {
    const unit = limit.unit === 'count' ? 'n' : limit.unit;
    const [what] = limit.guards.split('. ');
    command.addOption(
      new Option(`${limitFlag(name)} <${unit}>`, `${what!} (default: ${limit.default})`)
        .env(limitVariable(name))
        .argParser(limitParser(limit))
        .helpGroup(heading),
    );
  }
  return command;
}

/** What of some flags is limits of a list; what was not chosen is left out. */
export function limitsFromFlags<Name extends string>(
  limits: DescribedLimits<Name>,
  flags: object,
): Partial<Record<Name, number>> {
  const chosen = Object.entries(flags).filter(([name]) => Object.hasOwn(limits, name));
  return Object.fromEntries(chosen) as Partial<Record<Name, number>>;
}

function limitParser(limit: DescribedLimit): (text: string) => number {
  const [min, max] = [limit.min, largestOf(limit)];
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isInteger(value) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`);
  };
}
