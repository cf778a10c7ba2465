/** `saccade record`. */
import process from 'node:process';
import { Command } from 'commander';
import { OptionError } from '../../events/index.ts';
import { eventFormats } from '../../formats/index.ts';
import type { SourceAddress } from '../../live/index.ts';
import { count } from '../decode-notes.ts';
import { addEncodingOptions, encodingFromFlags, type FormatFlags } from '../format-options.ts';
import { interruptible } from '../interruptible.ts';
import { Interrupted } from '../interrupted.ts';
import { NetworkInput } from '../network/network-input.ts';
import { RecordWriter } from '../network/record-writer.ts';
import { sourceLog, untilOver } from '../network/source-watch.ts';
import { positiveNumber, wholeNumber } from '../options.ts';
import { printable, printableText } from '../printable.ts';
import {
  addBoundOptions,
  addSourceOptions,
  oneSource,
  type BoundFlags,
  type SourceFlags,
} from '../source-options.ts';
import { STANDARD_STREAM } from '../standard-input.ts';
import { targetFormat } from '../target-format.ts';

interface RecordFlags extends SourceFlags, BoundFlags, FormatFlags {
  readonly to?: string;
  readonly rebaseTime?: boolean;
  readonly force?: boolean;
  readonly maxMib: number;
  readonly fileMib: number;
  readonly fileSeconds?: number;
  readonly json?: boolean;
}

const MIB = 2 ** 20;

async function record(output: string, flags: RecordFlags): Promise<void> {
  const address = await oneSource(flags);
  if (address === null) throw new OptionError('--listen', 'or --connect is needed: it names the source');
  requireRecorded(address);
  if (output === STANDARD_STREAM)
    throw new OptionError('output', 'must be a file: files appear when they are whole');
  const format = targetFormat({ output, to: flags.to, keepFormat: false }, eventFormats[0]);
  const writer = new RecordWriter({
    output,
    format,
    encoding: encodingFromFlags(flags, format),
    rebaseTime: flags.rebaseTime ?? false,
    force: flags.force ?? false,
    maxFileBytes: flags.fileMib * MIB,
    maxFileMicros: (flags.fileSeconds ?? Infinity) * 1e6,
  });
  await writer.check();
  const insecure = flags.insecure ?? false;
  const input = await NetworkInput.open(address, { insecure, log: sourceLog });
  process.stderr.write(printableText(`${address.text}: port ${input.port}\n`));
  try {
    await run(input, writer, address.sensor, flags);
  } finally {
    await input.close();
    await writer.close();
    report(input, writer, flags);
  }
}

/** @throws OptionError for what a recording does not hold. */
function requireRecorded({ kind, convention, camera }: SourceAddress): void {
  const named = convention !== undefined ? 'convention' : camera !== undefined ? 'camera' : null;
  if (named !== null)
    throw new OptionError(
      `--${kind}`,
      `names a ${named}, and a recording holds events as they come: leave ?${named}= out`,
    );
}

/** Writes until the bounds are reached. Ctrl-C is the usual end of a recording, and no fault. */
async function run(
  input: NetworkInput,
  writer: RecordWriter,
  sensor: Parameters<RecordWriter['push']>[1],
  flags: RecordFlags,
): Promise<void> {
  const maxBytes = flags.maxMib * MIB;
  const work = (async () => {
    for await (const item of input) {
      if (item.kind === 'events') await writer.push(item.batch, sensor);
      else await writer.end();
      if (writer.bytes < maxBytes) continue;
      process.stderr.write(`note: ${flags.maxMib} MiB are recorded: --max-mib allows more\n`);
      return;
    }
  })();
  try {
    await interruptible('Stopped.', async (signal) => {
      await untilOver(input, flags, { streams: () => input.streams, signal, work });
    });
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
  }
  // What has come is still written.
  await input.close();
  await work;
}

function report(input: NetworkInput, writer: RecordWriter, { json }: RecordFlags): void {
  const { messages, events, gaps, repeats, dropped, notes } = input.account;
  const lost = { ...dropped, ...writer.dropped };
  const { files } = writer;
  if (json) {
    const received = { messages, events, sequenceGaps: gaps, sequenceRepeats: repeats };
    process.stdout.write(
      `${JSON.stringify({ files, ...received, written: writer.events, dropped: lost, notes })}\n`,
    );
    return;
  }
  for (const { file, events: written, bytes } of files)
    process.stdout.write(`${printable(file)}: ${count(written)} events, ${count(bytes)} bytes\n`);
  if (files.length === 0) process.stdout.write('nothing came, nothing was written\n');
  for (const { text } of notes) process.stderr.write(printableText(`note: ${text}\n`));
  const losses = Object.entries(lost).map(([reason, number]) => `${count(number)} ${reason}`);
  if (losses.length > 0) process.stderr.write(printableText(`lost: ${losses.join(', ')}\n`));
}

/** Registers `saccade record`. */
export function recordCommand(): Command {
  const command = new Command('record')
    .description(
      "Writes what camera software sends into a file, in any format. A file appears when it is whole; a new one, with a number in its name, begins with every sender, every reset of the camera's clock, and where the last one is full. Ends with Ctrl-C, or at a bound; says what was lost.",
    )
    .usage('[options] <output>')
    .argument('<output>', 'file, whose extension names the format unless --to does');
  return addSourceOptions(addBoundOptions(addEncodingOptions(command)))
    .option('--max-mib <n>', 'end when so much is recorded', wholeNumber(1), 4096)
    .option('--file-mib <n>', 'begin another file when one is as large', wholeNumber(1), 1024)
    .option('--file-seconds <s>', 'begin another file after so much recorded time', positiveNumber)
    .option('--rebase-time', "subtract the time of each file's first event")
    .option('--force', 'replace files that are there')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      '\nExamples:\n  saccade record camera.aedat4 --listen udp:8991/jaer --seconds 60\n  saccade record camera.raw --to evt3 --connect tcp:127.0.0.1:7777/dv --file-mib 256',
    )
    .action(record);
}
