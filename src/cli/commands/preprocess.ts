/** `saccade preprocess`. */
import path from 'node:path';
import process from 'node:process';
import { Command } from 'commander';
import {
  sampleNoun,
  type DatasetDefinition,
  type ImageReading,
  type OpenDataset,
} from '../../../datasets/index.ts';
import { isArchiveName } from '../../../datasets/sources/archive-kinds.ts';
import { OptionError } from '../../events/index.ts';
import { FRAME_RULE_DEFAULTS } from '../../frames/index.ts';
import { sortReading } from '../../pipeline/index.ts';
import {
  IMAGE_DTYPES,
  preprocess,
  usualDtype,
  type ImageParameters,
  type PreprocessParameters,
} from '../../preprocess/index.ts';
import { binningFromFlags, DEFAULT_STEPS } from '../binning-options.ts';
import { checkFolder } from '../check-folder.ts';
import { archiveLimits } from '../archive-options.ts';
import { openFlaggedDataset, OWN_FOLDER } from '../dataset-options.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { interruptible } from '../interruptible.ts';
import { packageVersion } from '../own-package.ts';
import { contradictions, fileNotes } from '../prepare-data.ts';
import { requireNoEventOptions } from '../prepare-images.ts';
import { addPreprocessOptions, type PreprocessFlags } from '../preprocess-options.ts';
import { preprocessText } from '../preprocess-text.ts';
import { printableText } from '../printable.ts';
import { startProgress } from '../progress.ts';
import { streamFromFlags, type StreamSettings } from '../stream-options.ts';
import { openSubmitterQueue, type SubmitterQueue } from '../submitter-queue.ts';

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

/** In a folder of one's own anything may be a recording: the next run, and training, would take outputs for some. */
function wouldMixUp(root: string, { definition }: OpenDataset, out: string): boolean {
  const [way = ''] = path.relative(path.resolve(root), path.resolve(out)).split(path.sep);
  return definition.id === OWN_FOLDER && way !== '..' && !path.isAbsolute(way);
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
  if (wouldMixUp(root, dataset, out)) {
    await dataset.close();
    throw new OptionError('--out', `must not lie in ${root}: the next run would take outputs for recordings`);
  }
  const { definition } = dataset;
  const noun = sampleNoun(definition);
  // What an archive held that cannot be read is not gone.
  const isUnread = dataset.leftOut.some(({ id }) => isArchiveName(id));
  const notes = [
    ...fileNotes(dataset),
    ...(isUnread && flags.prune
      ? ['nothing is pruned: outputs may be of what the archives hold that cannot be read']
      : []),
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
          prune: (flags.prune ?? false) && !isUnread,
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
    .argument(
      '[data]',
      'a data set, or a folder or zip with one subfolder per class; zips are read in place',
    );
  return addPreprocessOptions(command)
    .addHelpText(
      'after',
      '\nExamples:\n  saccade preprocess data/cifar10-dvs --out cache --steps 10 --by number\n  saccade preprocess data/nmnist --out cache --by fixed-duration --step-us 30000 --dtype uint8\n  saccade preprocess data/nmnist --out cache --by fixed-duration --representation voxel-grid=bins:5\n  saccade preprocess data/nmnist --out cache --by fixed-duration --augment event-drop --copies 5\n  saccade preprocess data/cifar10 --out cache --steps 4\n  saccade preprocess /mnt/events/nmnist --out /mnt/events/cache --queue nats://broker:4222\n  saccade preprocess --check cache',
    )
    .action(run);
}
