/** What a recording's content may leave open, and what the user says of it. */
import { EventFormatError, type CreateDecoderOptions } from '../../../src/formats/index.ts';
import { OptionError, RecordingError, SaccadeError } from '../../../src/events/index.ts';

/** What can be stated, by the names that decoders know. */
export type ReadingField = 'format' | 'geometry' | 'timeUnit' | 'columns' | 'convention' | 'chip';

/** Statements, as decoders take them. */
export type ReadingOptions = Pick<CreateDecoderOptions, ReadingField>;

interface FieldNames {
  /** In the form. */
  readonly inPage: string;
  /** How messages of the library name it: as an option of a command. */
  readonly option: RegExp;
}

const FIELDS: Readonly<Record<ReadingField, FieldNames>> = {
  timeUnit: { inPage: 'Time unit', option: /--time-unit\b/g },
  columns: { inPage: 'Columns', option: /--columns\b/g },
  geometry: { inPage: 'Sensor', option: /--(?:geometry|sensor)\b/g },
  chip: { inPage: 'Chip', option: /--chip\b/g },
  convention: { inPage: 'Convention', option: /--convention\b/g },
  format: { inPage: 'Format', option: /--format\b/g },
};
const NAMES = Object.entries(FIELDS) as [ReadingField, FieldNames][];

/** How messages say the same for both of their readers. */
const TWO_WAYS = / on the command line, [^;.()]*? in code\b/g;

/** A message of the library with the form's fields in place of options of commands. */
export function inPageWords(message: string): string {
  return NAMES.reduce(
    (text, [, { option, inPage }]) => text.replace(option, `“${inPage}”`),
    message.replace(TWO_WAYS, ' under Reading options'),
  );
}

/** What could be stated so that a recording is read; empty where nothing helps. */
export function missingFields(error: unknown): ReadingField[] {
  if (!(error instanceof SaccadeError)) return [];
  if (error.code === 'AMBIGUOUS_FORMAT') return ['format'];
  const option = error instanceof OptionError ? error.option : '';
  return NAMES.filter(([field, names]) => field === option || error.message.search(names.option) >= 0).map(
    ([field]) => field,
  );
}

/** An error in a line, without the name that stands beside it. */
export function reasonOf(error: unknown): string {
  // The replay puts a recording's name in front of what its decoder said.
  if (error instanceof RecordingError) return reasonOf(error.cause);
  if (error instanceof EventFormatError && error.byteOffset === 0) return inPageWords(error.problem);
  return inPageWords(error instanceof Error ? error.message : String(error));
}
