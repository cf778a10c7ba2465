/** What a recording's content may leave open, and what the user says of it. */
import { EventFormatError, type CreateDecoderOptions } from '../../../src/formats/index.ts';
import { OptionError, SaccadeError } from '../../../src/events/index.ts';

/** What can be stated, by the names that decoders know. */
export type ReadingField = 'format' | 'geometry' | 'timeUnit' | 'columns' | 'convention' | 'chip';

/** Statements, as decoders take them. */
export type ReadingOptions = Pick<CreateDecoderOptions, ReadingField>;

interface FieldNames {
  /** In the form. */
  readonly inPage: string;
  /** How messages of the library name it: as an option of a command, with or without a value. */
  readonly option: RegExp;
}

const FIELDS: Readonly<Record<ReadingField, FieldNames>> = {
  timeUnit: { inPage: 'Time unit', option: /--time-unit(?: (?:<\w+>|[a-z]{1,2}\b))?/g },
  columns: { inPage: 'Columns', option: /--columns(?: (?:<\w+>|[a-z_-]+(?:,[a-z_-]+)+))?/g },
  geometry: { inPage: 'Sensor', option: /--(?:geometry|sensor)(?: <?WxH>?)?/g },
  chip: { inPage: 'Chip', option: /--chip(?: <\w+>)?/g },
  convention: { inPage: 'Convention', option: /--convention(?: <\w+>)?/g },
  format: { inPage: 'Format', option: /--format(?: <\w+>)?/g },
};
const NAMES = Object.entries(FIELDS) as [ReadingField, FieldNames][];

/** A message of the library with the form's fields in place of options of commands. */
export function inPageWords(message: string): string {
  return NAMES.reduce(
    (text, [, { option, inPage }]) => text.replace(option, `“${inPage}” under Reading options`),
    message,
  );
}

/** What would have to be stated for a recording to be read; `null` where nothing helps. */
export function missingField(error: unknown): ReadingField | null {
  if (!(error instanceof SaccadeError)) return null;
  if (error.code === 'AMBIGUOUS_FORMAT') return 'format';
  if (error instanceof OptionError) return NAMES.find(([field]) => field === error.option)?.[0] ?? null;
  return NAMES.find(([, { option }]) => error.message.search(option) >= 0)?.[0] ?? null;
}

/** An error in a line, without the name that stands beside it. */
export function reasonOf(error: unknown): string {
  // The replay puts a recording's name in front of what its decoder said.
  if (error instanceof EventFormatError && error.cause instanceof EventFormatError)
    return reasonOf(error.cause);
  if (error instanceof EventFormatError && error.byteOffset === 0) return inPageWords(error.problem);
  return inPageWords(error instanceof Error ? error.message : String(error));
}
