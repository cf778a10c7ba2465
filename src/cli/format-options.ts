/** The options of formats on the command line: what decoders and encoders may be told, as lists. */
import { Option, type Command } from 'commander';
import { CONVENTIONS, OptionError } from '../events/index.ts';
import {
  AEDAT2_CHIPS,
  AEDAT4_COMPRESSIONS,
  eventFormats,
  HDF5_LAYOUTS,
  writableFormats,
  type CreateDecoderOptions,
  TIME_UNITS,
  type EventFormat,
  type FormatDecoderOptions,
  type FormatEncoderOptions,
} from '../formats/index.ts';
import type { ArchiveFlags } from './archive-options.ts';
import type { EncodingOptions } from './convert-recording.ts';
import { geometry, wholeNumber } from './options.ts';

/** An option of a decoder or encoder. */
interface FormatOption<Name extends string> {
  /** Name of the option in code, `datVersion`; `--dat-version` on the command line. */
  readonly name: Name;
  /** Identifiers of the formats that have it. */
  readonly formats: readonly string[];
  readonly description: string;
  /** What the value is called in the help. Default `name`; empty for a flag without value. */
  readonly value?: string;
  readonly choices?: readonly string[];
  /** Turns a text into the value. May throw commander's usage error. */
  readonly parse?: (text: string) => unknown;
}

function limit<Name extends string>(
  name: Name,
  description: string,
  ...formats: readonly string[]
): FormatOption<Name> {
  return { name, formats, description, value: 'bytes', parse: wholeNumber(1) };
}

/** What decoders may be told. One entry an option. */
const DECODER_OPTIONS: readonly FormatOption<keyof FormatDecoderOptions>[] = [
  { name: 'chip', formats: ['aedat2'], description: 'whose address words these are', choices: AEDAT2_CHIPS },
  {
    name: 'convention',
    formats: ['aedat1', 'aedat2'],
    description: 'coordinates and polarity',
    choices: CONVENTIONS,
  },
  {
    name: 'stream',
    formats: ['aedat3', 'aedat4'],
    description: 'number of the stream of events; the first if not stated',
    value: 'n',
    parse: wholeNumber(0),
  },
  {
    name: 'topic',
    formats: ['rosbag', 'rosbag2', 'mcap'],
    description:
      'of the events to read, where several topics have some; /events#3 for one of several publishers',
  },
  { name: 'flipY', formats: ['aedat4'], description: 'rows count from below, as in jAER', value: '' },
  {
    name: 'endianness',
    formats: ['evt21'],
    description: 'order of the halves of words',
    choices: ['little', 'legacy'],
  },
  {
    name: 'columns',
    formats: ['csv', 'npy', 'npz', 'hdf5', 'mat'],
    description: 'order of the columns: x,y,t,p; - leaves one out',
    value: 'list',
  },
  {
    name: 'timeUnit',
    formats: ['csv', 'npy', 'npz', 'hdf5', 'mat'],
    description: 'of the times, if the recording does not say it',
    choices: TIME_UNITS,
  },
  {
    name: 'hdf5Path',
    formats: ['hdf5'],
    description: 'where the events are, if there are several: /davis/right/events',
    value: 'path',
  },
  {
    name: 'sample',
    formats: ['hdf5'],
    description: 'number of the recording in a file of many (SHD, SSC), from 0',
    value: 'n',
    parse: wholeNumber(0),
  },
  {
    name: 'firstPixel',
    formats: ['hdf5', 'mat'],
    description: 'what the first column and row are called in a MATLAB file',
    choices: ['0', '1'],
    parse: Number,
  },
  limit(
    'maxHeaderBytes',
    'longest header; 16 MiB if not stated',
    ...['aedat1', 'aedat2', 'aedat3', 'dat', 'evt2', 'evt21', 'evt3'],
  ),
  limit('maxPacketBytes', 'largest packet, decompressed; 64 MiB if not stated', 'aedat3', 'aedat4'),
  limit('maxPayloadBytes', 'longest payload; 16 MiB if not stated', 'es'),
  limit(
    'maxNpyBytes',
    'kept of an array that comes in order, its columns one after the other; 1 GiB if not stated',
    'npy',
  ),
  limit('maxNpzBytes', 'all arrays that are kept, inflated; 1 GiB if not stated', 'npz'),
  limit('maxHdf5Bytes', 'kept of a file that comes in order; 1 GiB if not stated', 'hdf5'),
  limit(
    'maxChunkBytes',
    'largest chunk or message, decompressed; 64 MiB if not stated, 256 of HDF5',
    'hdf5',
    'rosbag',
    'rosbag2',
    'mcap',
  ),
  limit('maxMatBytes', 'the file, which is kept whole, and its arrays, inflated; 1 GiB if not stated', 'mat'),
  limit('maxDatabaseBytes', 'kept of a file that comes in order; 1 GiB if not stated', 'rosbag2'),
];

/** What encoders may be told. One entry an option. */
const ENCODER_OPTIONS: readonly FormatOption<keyof FormatEncoderOptions>[] = [
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
    description: 'version to write, 2 if not stated; OpenEB reads only that',
    choices: ['1', '2'],
    parse: Number,
  },
  { name: 'esType', formats: ['es'], description: 'type of the stream', choices: ['dvs', 'atis'] },
  {
    name: 'layout',
    formats: ['hdf5'],
    description: 'of the file; dsec if not stated, prophesee is ECF',
    choices: HDF5_LAYOUTS,
  },
  { name: 'topic', formats: ['mcap'], description: 'of the packets; /event_camera/events if not stated' },
  { name: 'columns', formats: ['csv'], description: 'order of the columns to write', value: 'list' },
  { name: 'timeUnit', formats: ['csv'], description: 'of the times to write', choices: TIME_UNITS },
  limit('maxNpzBytes', 'all arrays together, inflated; 1 GiB if not stated', 'npz'),
];

/** Values of options by their names in commander; `unknown` because formats own them. */
export interface FormatFlags extends ArchiveFlags {
  readonly [name: string]: unknown;
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function flagOf({ name, formats, description, ...option }: FormatOption<string>, prefix: '' | 'to-'): Option {
  const names = eventFormats.filter(({ id }) => formats.includes(id)).map((format) => format.name);
  const value = option.value ?? 'name';
  const flag = `--${prefix}${kebab(name)}${value === '' ? '' : ` <${value}>`}`;
  const shown = new Option(flag, `${names.join(', ')}: ${description}`);
  if (option.choices !== undefined) return shown.choices(option.choices);
  return option.parse === undefined ? shown : shown.argParser(option.parse);
}

function valueOf(option: FormatOption<string>, flags: FormatFlags, prefix: '' | 'to-'): unknown {
  const value = flags[flagOf(option, prefix).attributeName()];
  // Commander parses what is none of a choice.
  if (value === undefined || option.choices === undefined) return value;
  return option.parse?.(value as string) ?? value;
}

/**
 * Adds what a decoder may be told: the same names in every command that reads recordings.
 *
 * @param geometryFlags for commands in which the sensor's size has a second name: `--sensor, --geometry <WxH>`.
 */
export function addDecodingOptions(command: Command, geometryFlags = '--geometry <WxH>'): Command {
  command.addOption(
    new Option('--format <id>', 'format of the input, where content cannot tell').choices(
      eventFormats.map(({ id }) => id),
    ),
  );
  for (const option of DECODER_OPTIONS) command.addOption(flagOf(option, ''));
  return command
    .option(
      '--max-unpacked-bytes <bytes>',
      'most that a recording in gzip, zstd or zip, or an archive in gzip or zstd may become; 64 GiB if not stated, and for an archive 200 times what is stored',
      wholeNumber(1),
    )
    .option(
      '--unpack-to <dir>',
      'where archives that can only be read from their start (.tar.gz) are unpacked (default: .saccade-unpacked beside each)',
    )
    .option(geometryFlags, 'sensor size, where the recording does not state it', geometry)
    .option('--strict', 'stop at the first damage or late event instead of keeping what is good');
}

/** The decoder options that the flags of {@link addDecodingOptions} stand for. */
export function decodingFromFlags(flags: FormatFlags): CreateDecoderOptions {
  const options: Record<string, unknown> = {
    format: flags['format'],
    geometry: flags['geometry'],
    maxUnpackedBytes: flags['maxUnpackedBytes'],
    policy: flags['strict'] === true ? 'strict' : undefined,
  };
  for (const option of DECODER_OPTIONS) options[option.name] = valueOf(option, flags, '');
  return withoutUndefined(options);
}

/** What a server cannot be told that decodes raw bytes: how long it goes on is its own affair. */
type OwnDecoding = 'geometry' | 'policy' | `max${string}`;

/**
 * The decoder options that a server gets with raw bytes.
 *
 * @throws OptionError for a limit or `--strict`.
 */
export function rawDecodingFromFlags(flags: FormatFlags): Omit<CreateDecoderOptions, OwnDecoding> {
  const options: Record<string, unknown> = { ...decodingFromFlags(flags) };
  // It has a place of its own in the hello.
  delete options['geometry'];
  const own = Object.keys(options).find((name) => name === 'policy' || name.startsWith('max'));
  if (own === undefined) return options;
  const flag = own === 'policy' ? '--strict' : decodingFlag(own);
  throw new OptionError(flag, 'is for events that are decoded here; --raw lets the server decode');
}

/** Adds `--to` and what encoders may be told, each with `--to-` in front. */
export function addEncodingOptions(command: Command): Command {
  command.addOption(
    new Option('--to <id>', "format of the output, where its name's extension does not tell").choices(
      writableFormats().map(({ id }) => id),
    ),
  );
  for (const option of ENCODER_OPTIONS) command.addOption(flagOf(option, 'to-'));
  return command;
}

/**
 * The encoder options that the flags of {@link addEncodingOptions} stand for.
 *
 * @throws OptionError for one that the target does not have.
 */
export function encodingFromFlags(flags: FormatFlags, target: EventFormat): EncodingOptions {
  const options: Record<string, unknown> = {};
  for (const option of ENCODER_OPTIONS) {
    const value = valueOf(option, flags, 'to-');
    if (value !== undefined && !option.formats.includes(target.id)) {
      throw new OptionError(
        encodingFlag(option.name),
        `is for ${option.formats.join(', ')}; the output is ${target.name} (${target.id})`,
      );
    }
    options[option.name] = value;
  }
  return withoutUndefined(options);
}

/** What a decoder's option is called on the command line. */
export function decodingFlag(name: string): string {
  return `--${kebab(name)}`;
}

/** What an encoder's option is called on the command line. */
export function encodingFlag(name: string): string {
  return `--to-${kebab(name)}`;
}

function withoutUndefined(options: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
