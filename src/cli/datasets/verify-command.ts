/** `saccade datasets verify`. */
import process from 'node:process';
import { Command } from 'commander';
import { DatasetError } from '../../../datasets/errors.ts';
import {
  datasetDefinition,
  listed,
  officialSplit,
  openDataset,
  sampleNoun,
  type DatasetDefinition,
  type OpenDataset,
} from '../../../datasets/index.ts';
import { isArchiveName } from '../../../datasets/sources/archive-kinds.ts';
import { SaccadeError } from '../../events/index.ts';
import { archiveOptions } from '../archive-options.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { printableText } from '../printable.ts';
import { FileProgress } from './file-progress.ts';
import { stateText } from './outcome-text.ts';
import { verifyFile, type VerifiedFile } from './verify-file.ts';

/** Recordings or images that the folder gives, and how many there must be. */
interface RecordingCount {
  readonly found: number;
  readonly stated: number | null;
  /** Whether all are of one part, of a data set that has several. */
  readonly lacksPart: boolean;
  /** What else there is to say of them. */
  readonly notes: readonly string[];
}

async function run(
  name: string,
  folder: string,
  { json = false }: { readonly json?: boolean },
): Promise<void> {
  const definition = datasetDefinition(name);
  const files: VerifiedFile[] = [];
  for (const file of definition.about.files) {
    const progress = new FileProgress(file.name);
    const total = file.bytes ?? null;
    files.push(
      await verifyFile(file, folder, (bytes) => {
        progress.update(bytes, total);
      }).finally(progress.stop),
    );
  }
  const recordings = await countRecordings(definition, folder);
  if (json)
    process.stdout.write(
      `${JSON.stringify({ dataset: definition.id, folder, files, ...described(recordings) })}\n`,
    );
  else process.stdout.write(printableText(reportText(definition, files, recordings)));
  process.exitCode = exitCode(files, recordings);
}

/** Why it cannot be opened in place of the count. */
async function countRecordings(
  definition: DatasetDefinition,
  folder: string,
): Promise<RecordingCount | SaccadeError> {
  try {
    const dataset = await openDataset(folder, definition.id, { skipBad: true, ...archiveOptions({}) });
    await dataset.close();
    const bad = dataset.leftOut.find(({ id }) => isArchiveName(id));
    if (bad !== undefined) return new DatasetError('BAD_ARCHIVE', folder, `${bad.id} ${bad.problem}`);
    const { samples } = dataset;
    const parts = new Set(samples.map(({ part }) => part));
    const lacksPart = definition.splits[0] === officialSplit && parts.size === 1;
    const notes = [...dataset.notes, ...unusableNote(dataset)];
    if (lacksPart) notes.push(`all are of one part, ${[...parts][0] ?? 'none'}: the others are missing`);
    return { found: samples.length, stated: definition.about.recordings, lacksPart, notes };
  } catch (error) {
    if (error instanceof SaccadeError) return error;
    throw error;
  }
}

function unusableNote({ leftOut }: OpenDataset): string[] {
  if (leftOut.length === 0) return [];
  return [`${leftOut.length} of no use: ${listed(leftOut.map(({ id, problem }) => `${id} ${problem}`))}`];
}

function described(recordings: RecordingCount | SaccadeError): object {
  if (!(recordings instanceof SaccadeError)) return { recordings };
  const { code, message } = recordings;
  return { recordings: null, error: { code, message } };
}

function reportText(
  definition: DatasetDefinition,
  files: readonly VerifiedFile[],
  recordings: RecordingCount | SaccadeError,
): string {
  const samples = `${sampleNoun(definition)}s`;
  const lines = files.map((file) => `${file.name}: ${stateText(file)}`);
  if (recordings instanceof SaccadeError)
    lines.push(`${samples}: none can be opened, ${recordings.code}: ${recordings.message}`);
  else {
    const { found, stated, notes } = recordings;
    const count = found.toLocaleString('en');
    lines.push(
      `${samples}: ${count}${stated === null ? ', how many there must be is not stated' : ` of ${stated.toLocaleString('en')}`}`,
    );
    lines.push(...notes.map((note) => `note: ${note}`));
    if (files.every(({ state }) => state === 'missing') && files.length > 0)
      lines.push(
        `The files were unpacked and taken away: there are ${samples}, but nothing tells whether their bytes are right.`,
      );
  }
  return `${lines.join('\n')}\n`;
}

/**
 * Unpacked files may be gone where all recordings are there; where nobody states how many that is, all of the files. Whole files
 * are not enough: recordings that were unpacked in part are taken in place of them.
 */
export function exitCode(
  files: readonly Pick<VerifiedFile, 'state'>[],
  recordings: Omit<RecordingCount, 'notes'> | SaccadeError,
): number {
  const isOpen = !(recordings instanceof SaccadeError);
  const areMissing = files.every(({ state }) => state === 'missing');
  const isComplete =
    isOpen &&
    !recordings.lacksPart &&
    (recordings.stated === null ? areMissing : recordings.found === recordings.stated);
  const bad = files.filter(({ state }) => state === 'wrong' || (state === 'missing' && !isComplete)).length;
  if (bad > 0) return bad === files.length ? EXIT_CODES.badInput : EXIT_CODES.partial;
  if (!isOpen) return files.length === 0 ? EXIT_CODES.badInput : EXIT_CODES.partial;
  const areEnough = isComplete || (recordings.stated === null && !recordings.lacksPart);
  return areEnough ? EXIT_CODES.ok : EXIT_CODES.partial;
}

/** Registers it. */
export function verifyCommand(): Command {
  return new Command('verify')
    .description(
      'Reads the files of a data set and compares them with the hashes that sources state, else with what was downloaded; counts recordings or images. Says which nothing tells about.',
    )
    .argument('<name>', 'as `saccade datasets list` has it')
    .argument('<dir>', 'the folder with its files')
    .option('--json', 'print one JSON object')
    .action(run);
}
