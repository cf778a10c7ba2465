/** `saccade datasets download`. */
import path from 'node:path';
import process from 'node:process';
import { Command } from 'commander';
import { datasetDefinition } from '../../../datasets/index.ts';
import { OptionError } from '../../events/index.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { interruptible } from '../interruptible.ts';
import { positiveNumber, wholeNumber } from '../options.ts';
import { printableText } from '../printable.ts';
import { downloadDataset, type FileOutcome } from './download-dataset.ts';
import { FileProgress } from './file-progress.ts';
import { outcomeText } from './outcome-text.ts';

interface DownloadFlags {
  readonly to?: string;
  readonly mirror?: string;
  readonly timeout: number;
  readonly attempts: number;
  readonly json?: boolean;
}

async function run(name: string, flags: DownloadFlags): Promise<void> {
  const definition = datasetDefinition(name);
  const { about } = definition;
  if (about.files.length === 0)
    throw new OptionError(
      'name',
      `is ${definition.title}, ${about.byHand === undefined ? 'which nobody hands out' : `which no host hands to a program. ${about.byHand}`}; \`saccade datasets list\` has others`,
    );
  if (flags.mirror !== undefined && !/^https?:\/\//.test(flags.mirror))
    throw new OptionError('mirror', `must begin with http:// or https://, got ${flags.mirror}`);
  const folder = flags.to ?? path.join('data', definition.id);
  const outcomes = await interruptible(
    `Interrupted. What came stays in ${folder}: the same command goes on with it.`,
    (signal) =>
      downloadDataset(definition, folder, {
        signal,
        stallMs: 1000 * flags.timeout,
        attempts: flags.attempts,
        ...(flags.mirror !== undefined && { mirror: flags.mirror }),
        onFile: (file) => new FileProgress(file.name),
        onNote: (note) => process.stderr.write(printableText(`note: ${note}\n`)),
        onOutcome: (outcome) => {
          if (!flags.json) process.stdout.write(printableText(outcomeText(outcome)));
        },
      }),
  );
  if (flags.json)
    process.stdout.write(
      `${JSON.stringify({ dataset: definition.id, folder, files: outcomes.map(described) })}\n`,
    );
  conclude(outcomes);
}

function described(outcome: FileOutcome): object {
  if (!('error' in outcome)) return outcome;
  const { code, message } = outcome.error;
  return { name: outcome.name, error: { code, message } };
}

function conclude(outcomes: readonly FileOutcome[]): void {
  const failed = outcomes.filter((outcome) => 'error' in outcome).length;
  if (failed > 0) process.exitCode = failed === outcomes.length ? EXIT_CODES.badInput : EXIT_CODES.partial;
}

/** Registers it. */
export function downloadCommand(): Command {
  return new Command('download')
    .description(
      'Downloads the files of a data set. What is there already is checked and kept; after an interruption the same command goes on. A file appears under its name when it is whole and its hash is right.',
    )
    .argument('<name>', 'as `saccade datasets list` has it')
    .option('--to <dir>', 'folder (default: data/NAME)')
    .option('--mirror <url>', 'web folder that has the files under their names, asked first')
    .option('--timeout <s>', 'longest time without a byte', positiveNumber, 30)
    .option('--attempts <n>', 'how often a host is asked without getting further', wholeNumber(1), 6)
    .option('--json', 'print one JSON object')
    .action(run);
}
