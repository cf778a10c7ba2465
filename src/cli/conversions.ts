/** Runs conversions as the flags of `convert` and `cut` say. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import type { RecordingEntry } from '../../datasets/sources/source.ts';
import { OptionError } from '../events/index.ts';
import { findFormat } from '../formats/index.ts';
import { convertRecording, type ConvertJob } from './convert-recording.ts';
import { convertJson, convertText } from './convert-text.ts';
import { blame } from './failure.ts';
import { heldFromFlags, type FilterFlags, type HeldFlags } from './filter-options.ts';
import { decodingFromFlags, encodingFromFlags, type FormatFlags } from './format-options.ts';
import { forEachRecording, withInputs } from './inputs.ts';
import { interruptible } from './interruptible.ts';
import { startProgress } from './progress.ts';
import { STANDARD_STREAM } from './standard-input.ts';

/** The flags that `convert` and `cut` share. */
export interface ConvertFlags extends FormatFlags, FilterFlags, HeldFlags {
  readonly to?: string;
  readonly sort?: boolean;
  readonly sortMemory: number;
  readonly rebaseTime?: boolean;
  readonly force?: boolean;
  readonly verify?: boolean;
  readonly json?: boolean;
}

type Manner = Pick<ConvertJob, 'keepFormat' | 'cut'>;

/** Converts one recording to one output, and prints the summary. @throws OptionError where the inputs are several. */
export async function runConversion(
  locations: readonly string[],
  output: string,
  flags: ConvertFlags,
  manner: Manner,
): Promise<void> {
  await withInputs(locations, flags, async ({ recordings }) => {
    const [recording] = recordings;
    if (recordings.length !== 1 || recording === undefined) {
      throw new OptionError(
        'output',
        `must be a folder for ${recordings.length} recordings: ${output}/ or --out-dir ${output}`,
      );
    }
    try {
      await convertOne(recording, output, flags, manner);
    } catch (error) {
      throw blame(error, recording.location, false);
    }
  });
}

/** Converts recordings into a folder. @throws OptionError before anything is written where two have one output. */
export async function runConversions(
  locations: readonly string[],
  folder: string,
  flags: ConvertFlags,
): Promise<void> {
  await withInputs(locations, flags, async (inputs) => {
    const outputs = outputsOf(inputs.recordings, folder, flags.to);
    await forEachRecording(inputs, {
      json: flags.json ?? false,
      run: async (recording) => {
        const output = outputs.get(recording)!;
        await mkdir(path.dirname(output), { recursive: true });
        await convertOne(recording, output, flags, { keepFormat: false });
      },
    });
  });
}

/** Names of recordings in the folder, with the format's extension. */
function outputsOf(
  recordings: readonly RecordingEntry[],
  folder: string,
  to: string | undefined,
): ReadonlyMap<RecordingEntry, string> {
  const extension = to === undefined ? undefined : findFormat(to)?.extensions[0];
  if (extension === undefined) throw new OptionError('--to', 'is needed: a folder does not name the format');
  const outputs = new Map<RecordingEntry, string>();
  const inputs = new Map<string, string>();
  for (const recording of recordings) {
    if (recording.id === STANDARD_STREAM)
      throw new OptionError('output', 'must be a file for standard input, which has no name of its own');
    const { dir, name } = path.parse(recording.id);
    const output = path.join(folder, dir, `${name}${extension}`);
    const other = inputs.get(output.toLowerCase());
    if (other !== undefined) {
      throw new OptionError(
        'output',
        `would be ${output} for both ${other} and ${recording.location}; convert them into two folders`,
      );
    }
    inputs.set(output.toLowerCase(), recording.location);
    outputs.set(recording, output);
  }
  return outputs;
}

/** With a progress bar. The summary goes to standard error where the recording goes to standard output. */
async function convertOne(
  input: RecordingEntry,
  output: string,
  flags: ConvertFlags,
  { keepFormat, cut }: Manner,
): Promise<void> {
  const bar = startProgress('{bar} {percentage} % ETA {eta_formatted}', input.bytes);
  try {
    const summary = await interruptible(`Interrupted: ${output} was not written.`, (signal) =>
      convertRecording({
        input,
        output,
        to: flags.to,
        keepFormat,
        decoding: decodingFromFlags(flags),
        encoding: (target) => encodingFromFlags(flags, target),
        cut,
        filters: flags.filter ?? [],
        ...heldFromFlags(flags),
        sortMemoryBytes: flags.sort ? flags.sortMemory * 2 ** 20 : undefined,
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
    const stream = output === STANDARD_STREAM ? process.stderr : process.stdout;
    stream.write(flags.json ? convertJson(summary) : convertText(summary));
  } finally {
    bar.stop();
  }
}
