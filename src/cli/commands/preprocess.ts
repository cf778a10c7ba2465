/** `saccade preprocess`. */
import process from 'node:process';
import { Command, Option } from 'commander';
import {
  FRAME_DTYPES,
  sampleNoun,
  type DatasetDefinition,
  type FrameDtype,
  type ImageReading,
  type OpenDataset,
} from '../../../datasets/index.ts';
import type { SensorGeometry } from '../../events/index.ts';
import {
  eventAugmentationSets,
  eventOperations,
  parseEventAugmentation,
  type AugmentationStep,
} from '../../filters/index.ts';
import { FRAME_RULE_DEFAULTS } from '../../frames/index.ts';
import { sortReading } from '../../pipeline/index.ts';
import {
  DEFAULT_PACK_BYTES,
  IMAGE_DTYPES,
  outputForms,
  preprocess,
  usualDtype,
  type ImageParameters,
  type PreprocessParameters,
} from '../../preprocess/index.ts';
import { PLAN_RANGES } from '../../training/ranges.ts';
import { checkFolder } from '../check-folder.ts';
import { archiveLimits } from '../archive-options.ts';
import { addBinningOptions, binningFromFlags, DEFAULT_STEPS, type BinningFlags } from '../binning-options.ts';
import { addLayoutOptions, openFlaggedDataset, windowCount, type LayoutFlags } from '../dataset-options.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { interruptible } from '../interruptible.ts';
import { declareEffects, optionsBut, optionsOf } from '../option-effects.ts';
import { geometry, positiveNumber, rangedNumber, readBy, wholeNumber } from '../options.ts';
import { contradictions, fileNotes } from '../prepare-data.ts';
import { requireNoEventOptions } from '../prepare-images.ts';
import { printableText } from '../printable.ts';
import { preprocessText } from '../preprocess-text.ts';
import { startProgress } from '../progress.ts';
import {
  addSubmitterOptions,
  openSubmitterQueue,
  type SubmitterFlags,
  type SubmitterQueue,
} from '../submitter-queue.ts';
import {
  addStreamOptions,
  streamFromFlags,
  type StreamFlags,
  type StreamSettings,
} from '../stream-options.ts';
import { packageVersion } from '../own-package.ts';

interface PreprocessFlags extends BinningFlags, StreamFlags, LayoutFlags, SubmitterFlags {
  readonly out?: string;
  readonly check?: string;
  readonly sensor?: SensorGeometry;
  readonly resize?: SensorGeometry;
  readonly dtype?: FrameDtype;
  readonly windows: number | 'all';
  readonly events?: boolean;
  readonly form: string;
  readonly packBytes: number;
  readonly augment?: readonly AugmentationStep[];
  readonly copies?: number;
  readonly seed?: number;
  readonly verify?: boolean;
  readonly prune?: boolean;
  readonly workers?: number;
  readonly timeout: number;
  readonly queue?: string;
  readonly json?: boolean;
}

const BINNING = { rule: 'number' } as const;

/** Declares what the options go with, behind all of them. */
function declareAll(command: Command): Command {
  return declareEffects(
    command,
    {
      options: optionsBut(command, 'check', 'json'),
      without: [{ option: 'check' }],
      because: 'it makes nothing',
    },
    {
      options: [
        ...optionsOf((other) => addBinningOptions(other, BINNING)),
        'dtype',
        'windows',
        'representation',
      ],
      without: [{ option: 'events' }],
      because: 'whole recordings are written, as they are, and no frames',
    },
    { options: ['packBytes'], with: [{ option: 'form', values: ['webdataset'] }] },
    { options: ['copies', 'seed'], with: [{ option: 'augment' }] },
    { options: ['maxHeldEvents'], with: [{ option: 'filter' }, { option: 'augment' }] },
    {
      options: ['workers'],
      without: [{ option: 'queue' }],
      because: 'they are threads of this process; start `saccade worker --jobs` in their place',
    },
  );
}

function parametersOf(
  definition: DatasetDefinition,
  flags: PreprocessFlags,
  { decoding: asked, rule: askedRule, ...reading }: StreamSettings,
): PreprocessParameters {
  const { decoding: read, rule: readRule } = sortReading({ ...definition.decoding, ...asked });
  const { geometry: stated = null, ...decoding } = read;
  const { fit, filters, remainder, representation } = FRAME_RULE_DEFAULTS;
  return {
    dataset: definition.id,
    decoding,
    geometry: stated,
    rule: {
      ...{ fit, filters, remainder, representation },
      convention: definition.convention,
      ...readRule,
      ...askedRule,
      sensor: flags.sensor ?? definition.sensor,
      binning: binningFromFlags(flags),
    },
    reading,
    output: flags.resize ?? null,
    dtype: flags.dtype ?? usualDtype(askedRule.representation ?? representation),
    windows: flags.windows,
    content: flags.events ? 'events' : 'frames',
    form: flags.form,
    packBytes: flags.packBytes,
    ...augmentationOf(flags),
  };
}

/** @throws OptionError for what is of recordings. */
function imageParametersOf(
  { id, title }: DatasetDefinition,
  images: ImageReading,
  flags: PreprocessFlags,
  command: Command,
): ImageParameters {
  requireNoEventOptions(command, title, ['events', 'augment', 'copies', 'seed']);
  const { steps = DEFAULT_STEPS, form, packBytes, dtype = IMAGE_DTYPES[0] } = flags;
  return { dataset: id, images, steps, dtype, form, packBytes };
}

function augmentationOf({
  augment: steps,
  copies = 1,
  seed = 1,
}: PreprocessFlags): Pick<PreprocessParameters, 'augmentation'> {
  return steps === undefined ? {} : { augmentation: { steps, seed, copies } };
}

/** Who loads the folder must know it. */
function augmentationNotes({ samples }: OpenDataset, { augment, copies = 1 }: PreprocessFlags): string[] {
  if (augment === undefined) return [];
  const without = samples.filter(({ part }) => part === null).length;
  const held = samples.filter(({ part }) => part !== null && part !== 'train').length;
  const each = copies === 1 ? 'one copy' : `${copies} copies`;
  return [
    `${each} of each of ${samples.length - held} recordings for training, drawn by seed, copy and name${held > 0 ? `; ${held} for validation and testing stay as they are` : ''}`,
    ...(without > 0
      ? [
          `${without} recordings are in no part, so all have copies: keep those of a recording on one side of a split, and test on a folder without --augment`,
        ]
      : []),
  ];
}

async function run(root: string | undefined, flags: PreprocessFlags, command: Command): Promise<void> {
  const { out, check } = flags;
  if (check !== undefined) {
    if (root !== undefined) command.error('error: --check takes a folder that was made, and no data set');
    return checkFolder(check, flags.json ?? false);
  }
  if (root === undefined) return command.error("error: missing required argument 'data'");
  if (out === undefined) return command.error("error: required option '--out <dir>' not specified");
  const settings = streamFromFlags(flags);
  const dataset = await openFlaggedDataset(root, flags, settings.decoding.format);
  const { definition } = dataset;
  const noun = sampleNoun(definition);
  const notes = [
    ...fileNotes(dataset),
    ...contradictions(definition, settings.decoding),
    ...augmentationNotes(dataset, flags),
  ];
  for (const note of notes) process.stderr.write(`note: ${printableText(note)}\n`);
  const bar = startProgress(
    `{bar} {value}/{total} ${noun}s {rate}/s ETA {eta_formatted}`,
    dataset.samples.length,
    { rate: '-' },
  );
  const started = performance.now();
  let queue: SubmitterQueue | undefined;
  try {
    if (flags.queue !== undefined) queue = await openSubmitterQueue(flags.queue, flags);
    const summary = await interruptible(
      'Interrupted: run the same command to go on.',
      (signal) =>
        preprocess({
          dataset,
          parameters:
            definition.images === undefined
              ? parametersOf(definition, flags, settings)
              : imageParametersOf(definition, definition.images, flags, command),
          out,
          version: packageVersion(),
          timeoutMs: 1000 * flags.timeout,
          verify: flags.verify ?? false,
          prune: flags.prune ?? false,
          signal,
          ...(queue && { queue: queue.options }),
          opening: archiveLimits(flags),
          ...(flags.workers !== undefined && { workers: flags.workers }),
          onProgress: (done) => {
            queue?.progress();
            bar.update(done, { rate: ((1000 * done) / (performance.now() - started)).toFixed(0) });
          },
        }),
      queue === undefined ? `Finishing the ${noun}s in hand.` : 'Taking back what no worker has begun.',
    );
    bar.stop();
    process.stdout.write(flags.json ? `${JSON.stringify(summary)}\n` : preprocessText(summary, noun));
    if (!summary.complete) process.exitCode = EXIT_CODES.interrupted;
    else if (summary.failures.length > 0) process.exitCode = EXIT_CODES.partial;
  } finally {
    bar.stop();
    await queue?.close();
    await dataset.close();
  }
}

/** Registers `saccade preprocess`. */
export function preprocessCommand(): Command {
  const command = new Command('preprocess')
    .description(
      "Writes the frames of every recording, in parallel, each file whole or not at all: as .npz in SpikingJelly's directory layout, or in another --form. Run it again after an interruption or when recordings were added or changed: it redoes nothing else.",
    )
    .argument('[data]', 'a data set, or a folder or zip with one subfolder per class; zips are read in place')
    .option('--out <dir>', 'output folder')
    .option(
      '--check <dir>',
      'make nothing: compare a folder that was made, or all in an output folder, with its manifest, and name what is missing, changed or too much',
    );
  addBinningOptions(command, BINNING)
    .option(
      '--sensor <WxH>',
      "sensor that frames are made for; recordings of others are fitted to it (default: the data set's, or each recording's own)",
      geometry,
    )
    .option('--resize <WxH>', "size of the frames (default: the sensor's)", geometry)
    .addOption(
      new Option(
        '--dtype <type>',
        'element type; float64 is what SpikingJelly writes (default: uint16, of negative numbers int16, of fractions float32, of images uint8)',
      ).choices(FRAME_DTYPES),
    )
    .addOption(
      new Option(
        '--windows <which>',
        'windows written of each recording, from its start: first, all or a number (NAME_0.npz, NAME_1.npz, …)',
      )
        .argParser(windowCount)
        .default(1, 'first'),
    )
    .option('--events', 'write the events of each recording (t, x, y, p) in place of frames')
    .addOption(
      new Option(
        '--form <name>',
        `what is written: ${outputForms.map(({ name, summary }) => `${name} (${summary})`).join('; ')}`,
      )
        .choices(outputForms.map(({ name }) => name))
        .default(outputForms[0]!.name),
    )
    .option(
      '--augment <steps>',
      `write copies of the recordings for training with filters drawn for their events: sets (${Object.keys(eventAugmentationSets).join(', ')}) and steps, as event-drop,flip:0.5 or noise:5|drop-time:0.5, of which one is drawn (${eventOperations.map(({ id }) => id).join(', ')})`,
      readBy(parseEventAugmentation),
    )
    .option('--copies <n>', 'copies of each recording (NAME_aug0, NAME_aug1, …; default: 1)', wholeNumber(1))
    .option('--seed <n>', 'seed of --augment (default: 1)', rangedNumber(PLAN_RANGES.seed))
    .option('--pack-bytes <bytes>', 'largest tar shard (webdataset)', wholeNumber(1), DEFAULT_PACK_BYTES)
    .option('--verify', 'tell changed recordings by their content; default: by size and time')
    .option('--prune', 'remove outputs whose recordings are gone; default: report them')
    .option('--workers <n>', 'worker threads (default: one per core)', wholeNumber(1))
    .option('--timeout <s>', 'longest time for one recording', positiveNumber, 300)
    .option('--json', 'print one JSON object');
  addSubmitterOptions(command);
  return declareAll(addStreamOptions(addLayoutOptions(command)))
    .addHelpText(
      'after',
      '\nExamples:\n  saccade preprocess data/cifar10-dvs --out cache --steps 10 --by number\n  saccade preprocess data/nmnist --out cache --by fixed-duration --step-us 30000 --dtype uint8\n  saccade preprocess data/nmnist --out cache --by fixed-duration --representation voxel-grid=bins:5\n  saccade preprocess data/nmnist --out cache --by fixed-duration --augment event-drop --copies 5\n  saccade preprocess data/cifar10 --out cache --steps 4\n  saccade preprocess /mnt/events/nmnist --out /mnt/events/cache --queue nats://broker:4222\n  saccade preprocess --check cache',
    )
    .action(run);
}
