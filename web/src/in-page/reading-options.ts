/** What a recording's content may leave open, and what the user says of it. */
import { EventFormatError, type CreateDecoderOptions } from '../../../src/formats/index.ts';
import { OptionError } from '../../../src/events/index.ts';

/** What can be stated, by the names that decoders know. */
export type ReadingField = 'format' | 'geometry' | 'timeUnit' | 'columns' | 'convention' | 'chip';

/** Statements, as decoders take them. */
export type ReadingOptions = Pick<CreateDecoderOptions, ReadingField>;

/** How messages of the library name a field: as an option in code, or on the command line. */
const NAMED_AS: readonly (readonly [ReadingField, RegExp])[] = [
  ['timeUnit', /--time-unit|timeUnit/],
  ['columns', /--columns|\bcolumns\b/],
  ['geometry', /--geometry|--sensor|\bgeometry\b/],
  ['chip', /--chip|\bchip\b/],
  ['convention', /--convention/],
  ['format', /--format|\bstate the format\b/],
];

/** What would have to be stated for a recording to be read; `null` where nothing helps. */
export function missingField(error: unknown): ReadingField | null {
  if (!(error instanceof EventFormatError || error instanceof OptionError)) return null;
  if (error.code === 'AMBIGUOUS_FORMAT') return 'format';
  const option = error instanceof OptionError ? error.option : '';
  return NAMED_AS.find(([field, name]) => option === field || name.test(error.message))?.[0] ?? null;
}

/** An error in a line. */
export function reasonOf(error: unknown): string {
  if (error instanceof EventFormatError && error.byteOffset === 0) return error.problem;
  return error instanceof Error ? error.message : String(error);
}
