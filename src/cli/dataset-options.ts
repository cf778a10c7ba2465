/** The options of every command that reads a data set into clips. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import {
  DEFAULT_MAX_CLIP_BYTES,
  DEFAULT_MAX_MEMBER_BYTES,
  MAX_INFLATION_RATIO,
  openDataset,
  type ClassFolder,
  type OpenDataset,
} from '../../datasets/index.ts';
import { OptionError } from '../events/index.ts';
import { archiveOptions, type ArchiveFlags } from './archive-options.ts';
import { wholeNumber } from './options.ts';
import { addStreamOptions, type StreamFlags } from './stream-options.ts';

/** What {@link addLayoutOptions} parses. */
export interface LayoutFlags extends ArchiveFlags {
  readonly dataset?: string;
  readonly classFolder?: ClassFolder;
  readonly skipBad?: boolean;
}

/** What {@link addDatasetOptions} parses. */
export interface DatasetFlags extends StreamFlags, LayoutFlags {
  readonly split?: string;
  readonly windows?: number | 'all';
  readonly maxClipBytes?: number;
}

const GIB = 2 ** 30;
/** The data set whose classes are folders of any name. */
export const OWN_FOLDER = 'folder';

/** `first`, `all` or a number of windows. */
export function windowCount(text: string): number | 'all' {
  if (text === 'all') return text;
  if (text === 'first') return 1;
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1) return count;
  throw new InvalidArgumentError('Expected first, all or a whole number of at least 1.');
}

/** Adds `--dataset`, `--class-folder`, `--skip-bad`, `--max-member-bytes`: how a data set is opened. */
export function addLayoutOptions(command: Command): Command {
  return command
    .option('--dataset <id>', 'data set (default: told by the layout)')
    .addOption(
      new Option(
        '--class-folder <which>',
        'which folder names the class where recordings lie in folders within folders',
      ).choices(['outer', 'inner'] satisfies ClassFolder[]),
    )
    .option(
      '--skip-bad',
      'leave out recordings, and archives of several, that cannot be read or placed, and list them',
    )
    .option(
      '--max-member-bytes <bytes>',
      `largest recording in a zip, inflated (default: ${DEFAULT_MAX_MEMBER_BYTES / GIB} GiB, and ${MAX_INFLATION_RATIO} times what is stored)`,
      wholeNumber(1),
    );
}

/**
 * Opens the data set that the flags describe.
 *
 * @param format of its recordings, if it was said.
 * @throws OptionError for `--class-folder` of a data set whose layout is known; DatasetError
 */
export async function openFlaggedDataset(
  root: string,
  { dataset, classFolder, skipBad = false, ...flags }: LayoutFlags,
  format: string | undefined,
): Promise<OpenDataset> {
  const opened = await openDataset(root, dataset, {
    skipBad,
    ...(classFolder && { classFolder }),
    ...(format !== undefined && { format }),
    ...archiveOptions(flags),
  });
  const { id, title } = opened.definition;
  if (classFolder === undefined || id === OWN_FOLDER) return opened;
  await opened.close();
  throw new OptionError(
    '--class-folder',
    `is for a folder of your own: the layout of ${title} tells the classes. --dataset ${OWN_FOLDER} takes it as one`,
  );
}

/**
 * Adds the options of {@link addLayoutOptions} and {@link addStreamOptions}, `--split`, `--windows`, `--max-clip-bytes`.
 *
 * @param windowsDefault what the help says of `--windows`.
 */
export function addDatasetOptions(command: Command, windowsDefault: string): Command {
  addLayoutOptions(command)
    .option(
      '--split <name>',
      "official, random-SEED, time-SHARE, or one of the data set's (default: that of the files; for long recordings, fewer than 5 of every class, time-0.8; else the data set's first)",
    )
    .option(
      '--windows <which>',
      `windows taken of each recording: first, all or a number, from its start (default: ${windowsDefault})`,
      windowCount,
    )
    .option(
      '--max-clip-bytes <bytes>',
      `memory for all clips together (default here: ${(DEFAULT_MAX_CLIP_BYTES / GIB).toFixed(1)} GiB)`,
      wholeNumber(1),
    );
  return addStreamOptions(command);
}
