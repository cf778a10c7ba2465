/** Options that say what they are: checks, words of a command line, stored data and tables of documentation come from one description. */

/** A value of an option. */
export type OptionValue = number | boolean | string;

/** An option: its values, what it means and what holds where it is not stated. */
export type DescribedOption =
  | {
      readonly kind: 'integer' | 'number';
      readonly min: number;
      readonly max: number;
      /** `µs`, `Hz`, `pixels`, … */
      readonly unit?: string;
      readonly default?: number;
      readonly text: string;
    }
  | { readonly kind: 'flag'; readonly default: boolean; readonly text: string }
  | {
      readonly kind: 'choice';
      readonly choices: readonly string[];
      readonly default?: string;
      readonly text: string;
    }
  | { readonly kind: 'text'; readonly pattern: RegExp; readonly default?: string; readonly text: string };

/** Options by name. */
export type DescribedOptions = Readonly<Record<string, DescribedOption>>;

/** Described options, as values. */
export type OptionValues<Described extends DescribedOptions> = {
  readonly [Name in keyof Described]: Described[Name] extends { readonly kind: 'integer' | 'number' }
    ? number
    : Described[Name] extends { readonly kind: 'flag' }
      ? boolean
      : Described[Name] extends { readonly kind: 'choice'; readonly choices: readonly (infer Choice)[] }
        ? Choice
        : string;
};

/** Whose options are checked, and what is thrown. */
export interface OptionsOwner {
  /** `filter refractory`. */
  readonly owner: string;
  readonly described: DescribedOptions;
  /** Names that are taken beside the options, for messages. */
  readonly others: readonly string[];
  readonly refuse: (message: string) => Error;
}

/** The values of all options, in the order of their description: what is stated, else the preset's, else the default. */
export function checkedOptions(
  { owner, described, others, refuse }: OptionsOwner,
  stated: Readonly<Record<string, unknown>>,
  preset: Readonly<Record<string, OptionValue>> = {},
): Record<string, OptionValue> {
  for (const name of Object.keys(stated)) {
    if (Object.hasOwn(described, name)) continue;
    const names = [...Object.keys(described), ...others];
    const known = names.length === 0 ? 'It has none.' : `It has ${names.join(', ')}.`;
    throw refuse(`${capitalised(owner)} has no option "${name}". ${known}`);
  }
  return Object.fromEntries(
    Object.entries(described).map(([name, option]): [string, OptionValue] => {
      const value = stated[name] ?? preset[name] ?? option.default;
      const wanted = unmet(option, value);
      if (wanted === null) return [name, value as OptionValue];
      const got = value === undefined ? 'is not stated' : `is ${JSON.stringify(value)}`;
      throw refuse(`Option ${name} of ${owner} ${got}; it must be ${wanted}.`);
    }),
  );
}

/** Values of options that go together. @param like the name of a preset, `undefined`: none. */
export function presetValues(
  { owner, refuse }: Pick<OptionsOwner, 'owner' | 'refuse'>,
  presets: Readonly<Record<string, Readonly<Record<string, OptionValue>>>>,
  like: unknown,
): Readonly<Record<string, OptionValue>> {
  if (like === undefined) return {};
  if (typeof like === 'string' && Object.hasOwn(presets, like)) return presets[like]!;
  const names = Object.keys(presets).join(', ');
  const said = `is like ${names === '' ? 'nothing else' : names}, not like ${JSON.stringify(like)}`;
  throw refuse(`${capitalised(owner)} ${said}.`);
}

/** What a value would have to be; `null`: it is. */
function unmet(option: DescribedOption, value: unknown): string | null {
  switch (option.kind) {
    case 'integer':
    case 'number': {
      const { kind, min, max, unit } = option;
      const whole = kind === 'number' || Number.isInteger(value);
      if (typeof value === 'number' && whole && value >= min && value <= max) return null;
      return `a ${kind === 'integer' ? 'whole ' : ''}number from ${min} to ${max}${unit ? ` ${unit}` : ''}`;
    }
    case 'flag':
      return typeof value === 'boolean' ? null : 'true or false';
    case 'choice':
      if (typeof value === 'string' && option.choices.includes(value)) return null;
      return `one of ${option.choices.join(', ')}`;
    case 'text':
      return typeof value === 'string' && option.pattern.test(value) ? null : option.text;
  }
}

const capitalised = (text: string): string => `${text[0]!.toUpperCase()}${text.slice(1)}`;

const MICROS_PER_UNIT: Readonly<Record<string, number>> = { us: 1, µs: 1, ms: 1000, s: 1_000_000 };

/**
 * The name and the texts of the options of `NAME=option:value,option:value`. A backslash in front of a comma makes it a part
 * of the value.
 *
 * @param refuse makes the error for an option without a name, or stated twice.
 */
export function splitOptions(
  text: string,
  refuse: (name: string, problem: string) => Error,
): { readonly name: string; readonly options: Readonly<Record<string, string>> } {
  const equals = text.indexOf('=');
  const owner = (equals < 0 ? text : text.slice(0, equals)).trim();
  const options: Record<string, string> = {};
  const rest = equals < 0 ? '' : text.slice(equals + 1);
  for (const part of rest === '' ? [] : rest.split(/(?<!\\),/)) {
    const colon = part.indexOf(':');
    const name = (colon < 0 ? part : part.slice(0, colon)).trim();
    const problem = name === '' ? 'an option has no name' : `option ${name} is stated twice`;
    if (name === '' || Object.hasOwn(options, name))
      throw refuse(owner, `${problem}. Write NAME=option:value,option:value`);
    options[name] = colon < 0 ? '' : part.slice(colon + 1).replaceAll('\\,', ',');
  }
  return { name: owner, options };
}

/**
 * What texts stand for. Times may have a unit (`2ms`), and a flag needs no value. What is no such value stays a text, so that
 * the message of {@link checkedOptions} shows it.
 */
export function optionsFromTexts(
  described: DescribedOptions,
  texts: Readonly<Record<string, string>>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(texts).map(([name, value]): [string, unknown] => {
      const option = Object.hasOwn(described, name) ? described[name] : undefined;
      switch (option?.kind) {
        case 'integer':
        case 'number':
          return [name, numberOf(value, option.unit)];
        case 'flag':
          return [name, value === '' || value === 'true' ? true : value === 'false' ? false : value];
        default:
          return [name, value];
      }
    }),
  );
}

/** The text that {@link splitOptions} takes apart. */
export function optionsText(name: string, options: Readonly<Record<string, OptionValue>>): string {
  const parts = Object.entries(options).map(
    ([option, value]) => `${option}:${String(value).replaceAll(',', '\\,')}`,
  );
  return parts.length === 0 ? name : `${name}=${parts.join(',')}`;
}

function numberOf(text: string, unit: string | undefined): unknown {
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)(us|µs|ms|s)?$/i.exec(text.trim());
  if (match === null) return text;
  const [, digits, given] = match;
  if (given === undefined) return Number(digits);
  const factor = MICROS_PER_UNIT[given.toLowerCase()];
  return unit === 'µs' && factor !== undefined ? Number((Number(digits) * factor).toFixed(3)) : text;
}
