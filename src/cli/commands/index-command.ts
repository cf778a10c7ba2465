/** `saccade index`. */
import process from 'node:process';
import { Command } from 'commander';
import { DatasetError } from '../../../datasets/errors.ts';
import { memberOf } from '../../../datasets/sources/open-source.ts';
import type { RecordingEntry } from '../../../datasets/sources/source.ts';
import { findFormat } from '../../formats/index.ts';
import { openRecording, RecordingAccessError, type RecordingIndex } from '../../pipeline/index.ts';
import { count, decodeNotes, duration, faultLines } from '../decode-notes.ts';
import { addDecodingOptions, decodingFromFlags, type FormatFlags } from '../format-options.ts';
import { forEachRecording, withInputs } from '../inputs.ts';
import { interruptible } from '../interruptible.ts';
import { printableText } from '../printable.ts';
import { startProgress } from '../progress.ts';
import { COUNT_SIDE_CHANNELS, indexLocation, storedIndex, storeIndex } from '../recording-index.ts';

interface IndexFlags extends FormatFlags {
  readonly json?: boolean;
  readonly force?: boolean;
}

async function indexOne(entry: RecordingEntry, { json, force, ...flags }: IndexFlags): Promise<void> {
  const source = memberOf(entry.location) === null ? entry.openAnywhere?.() : undefined;
  if (source === undefined) {
    const problem = 'An index is of a file, whose bytes can be read at any place: unpack it first.';
    throw new DatasetError('NOT_FOUND', entry.location, problem);
  }
  const location = indexLocation(entry);
  const bar = startProgress('{bar} {percentage} % ETA {eta_formatted}', entry.bytes);
  try {
    const decoding = { fileName: entry.id, ...decodingFromFlags(flags) };
    const known = force === true ? null : await storedIndex(location, () => undefined);
    let index = known;
    if (known !== null) {
      try {
        await openRecording(source, { ...decoding, index: known });
      } catch (error) {
        if (!(error instanceof RecordingAccessError)) throw error;
        index = null;
      }
    }
    const isNew = index === null;
    index ??= await interruptible(`Interrupted: ${location} was not written.`, async (signal) => {
      const recording = await openRecording(source, { ...decoding, useTable: false });
      return recording.buildIndex({
        signal,
        sideChannels: COUNT_SIDE_CHANNELS,
        onPiece: (bytes) => {
          bar.update(bytes);
        },
      });
    });
    const bytes = isNew ? await storeIndex(location, index) : null;
    bar.stop();
    process.stdout.write(json ? indexJson(location, index, bytes) : indexText(location, index, bytes));
  } finally {
    bar.stop();
    await source.close();
  }
}

function indexText(location: string, index: RecordingIndex, bytes: number | null): string {
  const { summary, stretches, report } = index;
  const size = bytes === null ? 'is there already and fits' : `${count(bytes)} bytes`;
  const lines = [`${location}: ${size}`];
  const add = (name: string, ...texts: readonly string[]): void => {
    for (const text of texts) lines.push(`  ${name.padEnd(9)} ${text}`);
  };
  const name = findFormat(index.format)?.name ?? index.format;
  add('format', name);
  add('events', `${count(summary.events)} in ${duration(summary.durationMicros)}`);
  if (stretches.length > 1) add('places', `${count(stretches.length)} to go on from`);
  else
    add(
      'note',
      `decoding of it cannot go on in the middle, or it is small: it is read from the start each time`,
    );
  if (report !== null) {
    add('note', ...decodeNotes(report));
    add('damage', ...faultLines(report));
  }
  return printableText(`${lines.join('\n')}\n`);
}

function indexJson(location: string, { stretches, ...index }: RecordingIndex, bytes: number | null): string {
  return `${JSON.stringify({ index: location, bytes, isNew: bytes !== null, ...index, places: stretches.length })}\n`;
}

/** Registers `saccade index`. */
export function indexCommand(): Command {
  const command = new Command('index')
    .description(
      'Decodes recordings once and writes beside each how to go on in the middle of it (FILE.saccade-index), so that `saccade cut --time` and programs read only what they need. An index that is there and fits is kept: one of another recording, by size and by samples of its bytes, or of other options is built again.',
    )
    .argument('<files...>', 'recordings, folders or "patterns*"');
  return addDecodingOptions(command)
    .option('--force', 'build it again even if it fits')
    .option('--json', 'print one JSON object a recording')
    .addHelpText(
      'after',
      '\nExamples:\n  saccade index recording.raw\n  saccade index recordings/\n  saccade index recording.raw && saccade cut recording.raw part.raw --time 90s..91s',
    )
    .action((files: readonly string[], flags: IndexFlags) =>
      withInputs(files, flags, (inputs) =>
        forEachRecording(inputs, { json: flags.json ?? false, run: (entry) => indexOne(entry, flags) }),
      ),
    );
}
