/** `--filter` on the command line. */
import type { Command } from 'commander';
import { OptionError } from '../events/index.ts';
import {
  DEFAULT_MAX_HELD_EVENTS,
  eventFilters,
  FilterError,
  filterSpec,
  parseFilter,
  splitFilter,
  type FilterSpec,
} from '../filters/index.ts';
import { wholeNumber } from './options.ts';

/** What {@link addFilterOption} parses. */
export interface FilterFlags {
  readonly filter?: readonly FilterSpec[];
  /** Whether `none` was among them. */
  readonly withoutStated?: boolean;
}

/** In place of a filter: no filters, where a model has some. */
const NONE = 'none';

/** Paths may stand behind the flag: it takes one word. */
const another = (text: string, before: readonly string[] = []): string[] => [...before, text];

const HELP = `
Filters (the README says more of each), in the order of the flags; values are NAME=option:value,option:value:
${eventFilters.map(({ id, summary, example }) => `  ${id.padEnd(20)} ${summary}, as in ${example}`).join('\n')}`;

/** Adds `--filter`; it may be given more than once. @param others what holds without it, for the help. */
export function addFilterOption(command: Command, others: string): Command {
  return command
    .option(
      '--filter <filter>',
      `a filter of events, in front of everything else; one flag for each${others}`,
      another,
    )
    .addHelpText('after', HELP)
    .hook('preAction', async (_, acting) => {
      const texts = acting.getOptionValue('filter') as readonly string[] | undefined;
      if (texts === undefined) return;
      acting.setOptionValue('withoutStated', texts.includes(NONE));
      acting.setOptionValueWithSource('filter', await filtersFromTexts(texts), 'cli');
    });
}

/** What {@link addHeldOption} parses: an option of `FilterChain`. */
export interface HeldFlags {
  readonly maxHeldEvents?: number;
}

/** Adds `--max-held-events`, beside `--filter` where recordings are read to their end. */
export function addHeldOption(command: Command): Command {
  return command.option(
    '--max-held-events <n>',
    `most events that may wait in filters, for the end of a time segment say (default: ${DEFAULT_MAX_HELD_EVENTS})`,
    wholeNumber(1),
  );
}

/** The limit that flags state. */
export function heldFromFlags({ maxHeldEvents }: HeldFlags): HeldFlags {
  return maxHeldEvents === undefined ? {} : { maxHeldEvents };
}

/** The filters that flags name; `none` lets go of those before it. @throws OptionError */
export async function filtersFromTexts(texts: readonly string[]): Promise<readonly FilterSpec[]> {
  const filters: FilterSpec[] = [];
  for (const text of texts) {
    if (text === NONE) filters.length = 0;
    else filters.push(await filterFromText(text));
  }
  return filters;
}

/** `file:PATH` among the options stands for those that a file states; others hold beside it. */
async function filterFromText(text: string): Promise<FilterSpec> {
  try {
    const { filter, options } = splitFilter(text);
    const { file } = options;
    if (file === undefined) return parseFilter(text);
    const { filterFromFile } = await import('./filter-files.ts');
    return filterSpec(await filterFromFile(filter, file, options));
  } catch (cause) {
    if (!(cause instanceof FilterError)) throw cause;
    throw new OptionError('--filter', `${text} cannot be: ${cause.message}`, { cause });
  }
}
