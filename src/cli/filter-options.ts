/** `--filter` on the command line, and the files that filters are read from. */
import { InvalidArgumentError, type Command } from 'commander';
import { FilterError, eventFilters, filterSpec, parseFilter, splitFilter, type FilterSpec } from '../filters/index.ts';
import { filterFromFile } from './filter-files.ts';

/** What {@link addFilterOption} parses. */
export interface FilterFlags {
  readonly filter?: readonly FilterSpec[];
}

/** In place of a filter: no filters, where a model has some. */
const NONE = 'none';

/** Adds `--filter`. @param others what holds without it, for the help. */
export function addFilterOption(command: Command, others = ''): Command {
  return command.option(
    '--filter <name=option:value,…>',
    `leave events out, move or make them, in the order given; may be given more than once${others}. ${eventFilters.map(({ id }) => id).join(', ')}: see the README`,
    (text: string, before: readonly FilterSpec[] = []): readonly FilterSpec[] =>
      text === NONE ? [] : [...before, filterFromText(text)],
  );
}

/** Reads one filter; `file:PATH` among its options stands for those that a file states. */
function filterFromText(text: string): FilterSpec {
  try {
    const { filter, options } = splitFilter(text);
    const { file, ...others } = options;
    if (file === undefined) return parseFilter(text);
    return filterSpec({ ...filterFromFile(filter, file, others), filter });
  } catch (error) {
    if (error instanceof FilterError) throw new InvalidArgumentError(error.message);
    throw error;
  }
}
