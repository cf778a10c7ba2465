/** The options of formats on the command line: what decoders and encoders may be told, as lists. */
import { Option, type Command } from 'commander';
import { OptionError } from '../events/index.ts';
import {
  AEDAT2_CONVENTIONS,
  AEDAT4_COMPRESSIONS,
  eventFormats,
  writableFormats,
  type CreateDecoderOptions,
  type EventFormat,
  type FormatEncoderOptions,
} from '../formats/index.ts';
import { geometry } from './options.ts';

/** An option of a decoder or encoder. */
interface FormatOption {
  /** Name of the option in code, `datVersion`; `--dat-version` on the command line. */
  readonly name: string;
  /** Identifiers of the formats that have it. */
  readonly formats: readonly string[];
  readonly description: string;
  readonly choices: readonly string[];
  readonly parse?: (text: string) => unknown;
}

const AEDAT2_CHIPS = ['dvs128', 'davis240', 'davis346'];

/** What decoders may be told. One entry an option. */
const DECODER_OPTIONS: readonly FormatOption[] = [
  { name: 'chip', formats: ['aedat2'], description: 'whose address words these are', choices: AEDAT2_CHIPS },
  {
    name: 'convention',
    formats: ['aedat2'],
    description: 'coordinates and polarity',
    choices: AEDAT2_CONVENTIONS,
  },
];

/** What encoders may be told. One entry an option. */
const ENCODER_OPTIONS: readonly FormatOption[] = [
  { name: 'chip', formats: ['aedat2'], description: 'whose address words to write', choices: AEDAT2_CHIPS },
  {
    name: 'compression',
    formats: ['aedat4'],
    description: 'of packets; lz4 if not stated',
    choices: AEDAT4_COMPRESSIONS,
  },
  {
    name: 'datVersion',
    formats: ['dat'],
    description: 'version to write',
    choices: ['1', '2'],
    parse: Number,
  },
];

/** Values of options by their names in commander; `unknown` because formats own them. */
export type FormatFlags = Readonly<Record<string, unknown>>;

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function flagOf({ name, formats, description, choices }: FormatOption, prefix: string): Option {
  const names = eventFormats.filter(({ id }) => formats.includes(id)).map((format) => format.name);
  return new Option(`--${prefix}${kebab(name)} <name>`, `${names.join(', ')}: ${description}`).choices(
    choices,
  );
}

function valueOf(option: FormatOption, flags: FormatFlags, prefix: string): unknown {
  const text = flags[flagOf(option, prefix).attributeName()];
  return text === undefined ? undefined : (option.parse?.(text as string) ?? text);
}

/**
 * Adds what a decoder may be told.
 *
 * @param prefix in front of the options of single formats: `from-` where the command has an output format too.
 */
export function addDecodingOptions(command: Command, prefix: '' | 'from-' = ''): Command {
  const ids = eventFormats.map(({ id }) => id);
  command.addOption(
    new Option(
      prefix === '' ? '--format <id>' : '--from <id>',
      'format of the input, where content cannot tell',
    ).choices(ids),
  );
  for (const option of DECODER_OPTIONS) command.addOption(flagOf(option, prefix));
  return command
    .option('--geometry <WxH>', 'sensor size, where the recording does not state it', geometry)
    .option('--strict', 'stop at the first damage instead of keeping what is good');
}

/** The decoder options that the flags of {@link addDecodingOptions} stand for. */
export function decodingFromFlags(flags: FormatFlags, prefix: '' | 'from-' = ''): CreateDecoderOptions {
  const options: Record<string, unknown> = {
    format: flags[prefix === '' ? 'format' : 'from'],
    geometry: flags['geometry'],
    policy: flags['strict'] === true ? 'strict' : undefined,
  };
  for (const option of DECODER_OPTIONS) options[option.name] = valueOf(option, flags, prefix);
  return withoutUndefined(options);
}

/** Adds `--to` and what encoders may be told. */
export function addEncodingOptions(command: Command): Command {
  command.addOption(
    new Option('--to <id>', "format of the output, where its name's extension does not tell").choices(
      writableFormats().map(({ id }) => id),
    ),
  );
  for (const option of ENCODER_OPTIONS) command.addOption(flagOf(option, ''));
  return command;
}

/**
 * The encoder options that the flags of {@link addEncodingOptions} stand for.
 *
 * @throws OptionError for one that the target does not have.
 */
export function encodingFromFlags(flags: FormatFlags, target: EventFormat): FormatEncoderOptions {
  const options: Record<string, unknown> = {};
  for (const option of ENCODER_OPTIONS) {
    const value = valueOf(option, flags, '');
    if (value !== undefined && !option.formats.includes(target.id)) {
      throw new OptionError(
        `--${kebab(option.name)}`,
        `is for ${option.formats.join(', ')}; the output is ${target.name} (${target.id})`,
      );
    }
    options[option.name] = value;
  }
  return withoutUndefined(options);
}

function withoutUndefined(options: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
