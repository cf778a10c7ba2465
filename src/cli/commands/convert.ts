/** `saccade convert`. */
import process from 'node:process';
import { Command } from 'commander';
import { convertRecording, type ConvertJob } from '../convert-recording.ts';
import { convertJson, convertText } from '../convert-text.ts';
import {
  addDecodingOptions,
  addEncodingOptions,
  decodingFromFlags,
  encodingFromFlags,
  type FormatFlags,
} from '../format-options.ts';
import { interruptible } from '../interruptible.ts';
import { startProgress } from '../progress.ts';
import { withRecording } from '../read-recording.ts';

/** The flags that `convert` and `cut` share. */
export interface ConvertFlags extends FormatFlags {
  readonly to?: string;
  readonly rebaseTime?: boolean;
  readonly force?: boolean;
  readonly verify?: boolean;
  readonly json?: boolean;
}

/** Converts as the flags say, with a progress bar, and prints the summary. */
export async function runConversion(
  input: string,
  output: string,
  flags: ConvertFlags,
  { keepFormat, cut }: Pick<ConvertJob, 'keepFormat' | 'cut'>,
): Promise<void> {
  await withRecording(input, async (entry) => {
    const bar = startProgress('{bar} {percentage} % ETA {eta_formatted}', entry.bytes);
    try {
      const summary = await interruptible(`Interrupted: ${output} was not written.`, (signal) =>
        convertRecording({
          input: entry,
          output,
          to: flags.to,
          keepFormat,
          decoding: decodingFromFlags(flags),
          encoding: (target) => encodingFromFlags(flags, target),
          cut,
          rebaseTime: flags.rebaseTime ?? false,
          force: flags.force ?? false,
          verify: flags.verify ?? false,
          signal,
          onPiece: (bytes) => {
            bar.update(bytes);
          },
        }),
      );
      bar.stop();
      process.stdout.write(flags.json ? convertJson(summary) : convertText(summary));
    } finally {
      bar.stop();
    }
  });
}

/** Adds the options that `convert` and `cut` share. */
export function addConversionOptions(command: Command): Command {
  return addDecodingOptions(addEncodingOptions(command))
    .option('--rebase-time', 'subtract the time of the first event, in each time segment its own')
    .option('--verify', 'read the output back before it appears, and compare every event')
    .option('--force', 'replace the output if it is there')
    .option('--json', 'print one JSON object');
}

/** Registers `saccade convert`. */
export function convertCommand(): Command {
  const command = new Command('convert')
    .description(
      'Reads a recording and writes its pixel events in another format: same coordinates, polarities, times and order. Works in bounded memory, leaves no half-written file, and says what the output does not hold.',
    )
    .argument('<input>', 'a recording, or archive.zip!member')
    .argument('<output>', 'the file to write; its extension names the format unless --to does');
  return addConversionOptions(command)
    .addHelpText(
      'after',
      '\nExamples:\n  saccade convert recording.aedat recording.dat\n  saccade convert Train.zip!Train/5/00001.bin five.aedat --format atis40 --to-chip dvs128 --verify\n  saccade convert long.aedat short.bin --rebase-time',
    )
    .action((input: string, output: string, flags: ConvertFlags) =>
      runConversion(input, output, flags, { keepFormat: false }),
    );
}
