/** Where options have an effect, as data. One that would have none is refused before its command runs: nobody is to believe in it. */
import { Command } from 'commander';
import { OptionError } from '../events/index.ts';

/** An option that is given, or that has one of some values. Options go by their names in code: `queueName`. */
export interface Choice {
  readonly option: string;
  /** Left out: any that was said. */
  readonly values?: readonly unknown[] | undefined;
}

/** Of some options, where they have an effect. */
export interface OptionEffect {
  readonly options: readonly string[];
  /** Which of their values it is about. Left out: all. */
  readonly values?: readonly unknown[];
  /** Beside one of these. Left out: anywhere … */
  readonly with?: readonly Choice[];
  /** … but beside one of these. */
  readonly without?: readonly Choice[];
  /** Why, and what to do, where that is not clear. */
  readonly because?: string;
}

const effects = new WeakMap<Command, OptionEffect[]>();

/** What was declared of a command's options. */
export function effectsOf(command: Command): readonly OptionEffect[] {
  return effects.get(command) ?? [];
}

/** Declares where options of a command have an effect. */
export function declareEffects(command: Command, ...declared: readonly OptionEffect[]): Command {
  effects.set(command, [...effectsOf(command), ...declared]);
  return command;
}

/** All options that a command has by now, but for some. */
export function optionsBut(command: Command, ...others: readonly string[]): string[] {
  return optionNames(command).filter((name) => !others.includes(name));
}

/** The options that a function adds to commands, but for some. */
export function optionsOf(add: (command: Command) => unknown, ...others: readonly string[]): string[] {
  const command = new Command();
  add(command);
  return optionsBut(command, ...others);
}

/** Those of some options that were given on the command line: the environment is for all commands, defaults for nobody. */
export function givenOptions(command: Command, options: readonly string[]): string[] {
  return options.filter((name) => command.getOptionValueSource(name) === 'cli');
}

/**
 * Checks what was given to a command that is about to run.
 *
 * @throws OptionError for an option that would have no effect.
 */
export function requireEffects(command: Command): void {
  // First what excludes an option: what it would go with is no advice then.
  const rank = ({ without }: OptionEffect): number => (without === undefined ? 1 : 0);
  const ordered = [...effectsOf(command)].sort((a, b) => rank(a) - rank(b));
  for (const effect of ordered) {
    const { options, values, because } = effect;
    const given = givenOptions(command, options).find((option) => isMade(command, { option, values }));
    const problem = given === undefined ? null : problemOf(command, effect);
    if (problem === null) continue;
    const value = values === undefined ? '' : `${String(command.getOptionValue(given!))} `;
    const why = because === undefined ? '' : `: ${because}`;
    throw new OptionError(flagOf(command, given!), `${value}${problem}${why}`);
  }
  requireOwnOptions(command);
}

/** Why an option that is given has no effect. */
function problemOf(command: Command, { with: wanted = [], without = [] }: OptionEffect): string | null {
  const refused = without.find((choice) => isMade(command, choice));
  if (refused !== undefined) return `has no effect with ${choiceText(command, refused, true)}`;
  if (wanted.length === 0 || wanted.some((choice) => isMade(command, choice))) return null;
  const texts = wanted.map((choice) => choiceText(command, choice, false));
  return `goes with ${texts.join(' or ')}${otherwise(command, wanted)}`;
}

/** Commander takes options of the commands around this one too. */
function requireOwnOptions(command: Command): void {
  const own = optionNames(command);
  for (let outer = command.parent; outer !== null; outer = outer.parent) {
    const [given] = givenOptions(outer, optionNames(outer)).filter((name) => !own.includes(name));
    if (given !== undefined)
      throw new OptionError(flagOf(outer, given), `is of ${pathOf(outer)}, and not of ${pathOf(command)}`);
  }
}

function isMade(command: Command, { option, values }: Choice): boolean {
  const value: unknown = command.getOptionValue(option);
  if (values !== undefined) return values.includes(value);
  return value !== undefined && command.getOptionValueSource(option) !== 'default';
}

/** `--by fixed-count or mixed`; of one that was made, what it is. */
function choiceText(command: Command, { option, values }: Choice, isOwn: boolean): string {
  const flag = flagOf(command, option);
  if (values === undefined) return flag;
  const named = isOwn ? [command.getOptionValue(option) as unknown] : values;
  const texts = named.map((value) => (value === true ? '' : ` ${String(value)}`));
  return `${flag}${texts.length < 2 ? texts.join('') : `${texts.slice(0, -1).join(',')} or${texts.at(-1)!}`}`;
}

/** What is there in place of what is wanted. */
function otherwise(command: Command, wanted: readonly Choice[]): string {
  const [{ option, values }] = wanted as readonly [Choice];
  const value: unknown = command.getOptionValue(option);
  if (wanted.length > 1) return ', of which none is given';
  if (values === undefined || value === undefined) return ', which is not given';
  return `, and ${flagOf(command, option)} is ${value as string | boolean}`;
}

function optionNames(command: Command): string[] {
  return command.options.map((option) => option.attributeName());
}

function flagOf(command: Command, name: string): string {
  return command.options.find((option) => option.attributeName() === name)?.long ?? name;
}

/** `saccade latency` */
function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}
