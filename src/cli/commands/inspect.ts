/** `saccade inspect`. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import process from 'node:process';
import { Command } from 'commander';
import type { RecordingEntry } from '../../../datasets/sources/source.ts';
import {
  encodeCanonicalRecords,
  OrderAccount,
  RateHistogram,
  SegmentAccount,
  type EventBatch,
} from '../../events/index.ts';
import { FilterChain } from '../../filters/index.ts';
import { createDecoder } from '../../formats/index.ts';
import {
  addFilterOption,
  addHeldOption,
  heldFromFlags,
  type FilterFlags,
  type HeldFlags,
} from '../filter-options.ts';
import { addDecodingOptions, decodingFromFlags, type FormatFlags } from '../format-options.ts';
import { forEachRecording, withInputs } from '../inputs.ts';
import { inspectionJson, inspectionText, type FilteredEvents } from '../inspect-text.ts';
import { declareEffects } from '../option-effects.ts';
import { wholeNumber } from '../options.ts';
import { startProgress } from '../progress.ts';
import { decodeRecording } from '../read-recording.ts';
import { SideItems, sideListeners } from '../side-items.ts';

interface InspectFlags extends FormatFlags, FilterFlags, HeldFlags {
  readonly json?: boolean;
  readonly digest?: boolean;
  readonly side: number;
  readonly sideLines?: boolean;
}

async function inspect(locations: readonly string[], flags: InspectFlags): Promise<void> {
  await withInputs(locations, flags, (inputs) =>
    forEachRecording(inputs, {
      json: flags.json ?? false,
      run: (entry) => (flags.sideLines ? printSideLines(entry, flags) : printSummary(entry, flags)),
    }),
  );
}

async function printSummary(
  entry: RecordingEntry,
  { json, digest, side, filter = [], ...flags }: InspectFlags,
): Promise<void> {
  const sideItems = new SideItems(side);
  const decoder = createDecoder({
    fileName: entry.id,
    ...decodingFromFlags(flags),
    sideChannels: sideListeners((channel, line) => {
      sideItems.take(channel, line);
    }),
  });
  const hash = digest ? createHash('sha256') : null;
  const rate = new RateHistogram();
  const account = new SegmentAccount();
  const filters = new FilterChain(filter, heldFromFlags(flags));
  const left = { events: 0, on: 0 };
  const take = (batch: EventBatch): void => {
    rate.push(batch);
    hash?.update(encodeCanonicalRecords(batch));
    left.events += batch.length;
    for (let i = 0; i < batch.length; i++) left.on += batch.p[i]!;
  };
  const order = new OrderAccount({ refuse: flags['strict'] === true });
  const bar = startProgress('{bar} {percentage} %', entry.bytes);
  const onPiece = (bytes: number): void => {
    bar.update(bytes);
  };
  try {
    for await (const batch of decodeRecording(entry, decoder, { onPiece })) {
      order.push(batch);
      account.push(batch);
      for (const each of filters.push(batch)) take(each);
    }
    for (const each of filters.finish()) take(each);
  } finally {
    bar.stop();
  }
  const sha256 = hash?.digest('hex') ?? null;
  const { segments } = account;
  const filtered: FilteredEvents | null = filter.length === 0 ? null : { ...left, filters: filters.reports };
  const found = { file: entry.location, decoder, rate, segments, order, sideItems, sha256, filtered };
  process.stdout.write(json ? inspectionJson(found) : inspectionText(found));
}

async function printSideLines(entry: RecordingEntry, flags: InspectFlags): Promise<void> {
  let lines: string[] = [];
  const decoder = createDecoder({
    fileName: entry.id,
    ...decodingFromFlags(flags),
    sideChannels: sideListeners((_, line) => {
      lines.push(line());
    }),
  });
  const print = async (): Promise<void> => {
    const text = lines.map((line) => `${line}\n`).join('');
    lines = [];
    if (text !== '' && !process.stdout.write(text)) await once(process.stdout, 'drain');
  };
  const batches = decodeRecording(entry, decoder, { onPiece: print });
  try {
    while (!(await batches.next()).done);
  } finally {
    await print();
  }
}

/** Registers `saccade inspect`. */
export function inspectCommand(): Command {
  const command = new Command('inspect')
    .description(
      'Reads recordings once, in bounded memory, and says what is in them and what is wrong with them. Of several, one that cannot be read does not stop the others; the exit code is 4 then.',
    )
    .argument(
      '<files...>',
      'recordings, archive.zip!member, folders, archives, "patterns*", or - for standard input',
    );
  declareEffects(
    command,
    {
      options: ['filter', 'maxHeldEvents', 'digest', 'side'],
      without: [{ option: 'sideLines' }],
      because: 'it prints all items of the side channels, and nothing of events',
    },
    { options: ['maxHeldEvents'], with: [{ option: 'filter' }] },
  );
  const filtered = addFilterOption(
    addDecodingOptions(command),
    '; rate and digest are then of what they leave',
  );
  return addHeldOption(filtered)
    .option('--json', 'print one JSON object a recording')
    .option('--digest', 'add the SHA-256 of the canonical stream')
    .option(
      '--side <n>',
      'list the first n items of each side channel (triggers, frames …)',
      wholeNumber(0),
      0,
    )
    .option('--side-lines', 'print every item of the side channels as a line of JSON, and nothing else')
    .addHelpText(
      'after',
      '\nExamples:\n  saccade inspect recording.aedat\n  saccade inspect Train.zip!Train/5/00001.bin --geometry 34x34\n  saccade inspect recordings/ --json\n  saccade inspect - --format csv < events.csv\n  saccade inspect recording.aedat --json --digest\n  saccade inspect recording.aedat --filter background-activity=windowMicros:5ms\n  saccade inspect recording.dat --side-lines > triggers.jsonl',
    )
    .action(inspect);
}
