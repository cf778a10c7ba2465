/** `saccade train`. */
import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { Command } from 'commander';
import { sampleNoun, type LabelledClips } from '../../../datasets/index.ts';
import type { TrainingHooks, TrainingPlan, TrainingResult } from '../../training/index.ts';
import { findCopies } from '../augmented-copies.ts';
import { binningFromFlags, DEFAULT_STEPS } from '../binning-options.ts';
import { classesNote } from '../classes-note.ts';
import { gradientsFromFlags, roundingText } from '../gradient-options.ts';
import { interruptible } from '../interruptible.ts';
import { prepareData, requireClasses, type PartOfData, type PreparedData } from '../prepare-data.ts';
import { printableText } from '../printable.ts';
import { CheckpointFile, type Training } from '../train/checkpoint-file.ts';
import { DrawnEpochs } from '../train/drawn-epochs.ts';
import { addTrainOptions, networkOf, planOf, type TrainFlags } from '../train/flags.ts';
import { LiveLine } from '../train/live-line.ts';
import { writeModels } from '../train/model-files.ts';
import { clipsDigest, PartReader, partsOf, partsText } from '../train/parts.ts';
import { trainingMillis } from '../train/time-budget.ts';
import { writeTrainingLog } from '../train/training-log.ts';
import { reportTraining } from '../training-report.ts';

function log(line: string): void {
  process.stderr.write(`${printableText(line)}\n`);
}

async function train(root: string, flags: TrainFlags, command: Command): Promise<void> {
  const training = await import('../../training/index.ts');
  const { sensor, resize, steps = DEFAULT_STEPS } = flags;
  const binning = binningFromFlags(flags);
  const data = await prepareData({ root, flags, sensor, resize, steps, binning, command });
  try {
    await trainOn(training, root, flags, data);
  } finally {
    await data.dataset.close();
  }
}

async function trainOn(
  training: Training,
  root: string,
  flags: TrainFlags,
  data: PreparedData,
): Promise<void> {
  const { dataset } = data;
  const noun = sampleNoun(dataset.definition);
  const split = data.split!;
  const parts = partsOf(data, flags.validation, flags.seed);
  log(
    `${dataset.definition.title}, split ${split.name} (${split.sha256.slice(0, 12)}): ${partsText(split, parts.validation.samples, noun)}`,
  );
  for (const note of [...data.notes, ...parts.notes]) log(`note: ${note}`);
  requireClasses(root, dataset, dataset.classes, parts.train.samples);
  const held = [...parts.validation.samples, ...parts.test.samples];
  const { copies, notes: copyNotes } = await findCopies(dataset, {
    trained: parts.train.samples,
    held,
  });
  for (const note of copyNotes) log(`note: ${note}`);
  const network = await networkOf(flags, data);
  const asked = planOf(flags, network, data, parts);
  training.checkPlan(asked);
  const threads = flags.threads ?? training.fastestThreads(network, asked.batchSize, availableParallelism());
  const backend = await training.selectBackend({ prefer: flags.backend, network, threads });
  const gradients = gradientsFromFlags(flags, backend.gradients);
  log(backend.reason);
  if (flags.threads !== undefined && backend.name !== 'engine')
    log("note: --threads has no effect: they are the training engine's");
  if (flags.gradients === 'auto' && gradients.gradients !== undefined)
    log(
      'Gradients of inner layers are rounded to powers of two, which is faster here; --gradients float32 keeps them.',
    );
  await mkdir(path.dirname(path.resolve(flags.out)), { recursive: true });

  const reader = new PartReader(data, network.classes, log);
  const read = await reader.read('train', parts.train);
  requireClasses(root, dataset, network.classes, read.clips);
  for (const note of classesNote(read.clips, network.classes, 'was not trained', noun).lines)
    log(note.trim());
  if (asked.batchSize > read.clips.length)
    log(`note: a batch of ${asked.batchSize} takes all ${read.clips.length} clips: each epoch is one step`);
  const validation = await reader.read('validation', parts.validation);
  // Before the training: what is wrong with a recording should not show hours later.
  const test = await reader.read('test', parts.test);
  training.checkClips(network, test.clips);
  const known = { ...asked, ...gradients, data: clipsDigest(asked.data, [read, validation]) };
  const plan = withClassWeights(training, flags, known, read);
  const drawn = drawnEpochs(plan, reader, parts.train, read);
  const run = { training, flags, plan, read, validation, drawn };
  const timeMillis =
    flags.time === undefined
      ? undefined
      : await trainingMillis(flags.time, network, [
          { clips: validation.clips, runs: 1 },
          { clips: test.clips, runs: 2 },
        ]);
  const { result, file } = await trained(run, { learner: backend.learner, timeMillis });
  const on = { data, read, validation, plan, backend: backend.name, copies, timeMillis: flags.time };
  const { model, notes } = await writeModels(flags.out, on, result);
  for (const note of [...endNotes(plan, result, flags), ...notes]) log(note);
  if (flags.keepCheckpoint !== true) await file.remove();
  const seconds = result.history.reduce((sum, epoch) => sum + epoch.seconds, 0);
  const report = { file: flags.out, json: flags.json ?? false, seconds };
  await reportTraining(model, test, { ...report, ...(flags.time !== undefined && { deadline: flags.time }) });
}

function withClassWeights(
  { balancedClassWeights }: Training,
  { classWeights }: TrainFlags,
  plan: TrainingPlan,
  { clips }: LabelledClips,
): TrainingPlan {
  if (classWeights === 'none') return plan;
  const labels = clips.map(({ label }) => label);
  return { ...plan, classWeights: balancedClassWeights(labels, plan.network.classes.length) };
}

/** What is trained, and on what. */
interface Run {
  readonly training: Training;
  readonly flags: TrainFlags;
  readonly plan: TrainingPlan;
  readonly read: LabelledClips;
  readonly validation: LabelledClips;
  readonly drawn: DrawnEpochs | null;
}

/** `null` where nothing is drawn for events. */
function drawnEpochs(
  { augmentEvents, seed }: TrainingPlan,
  reader: PartReader,
  { samples, side }: PartOfData,
  { leftOut }: LabelledClips,
): DrawnEpochs | null {
  if (augmentEvents === undefined) return null;
  const unread = new Set(leftOut.map(({ id }) => id));
  const part = { samples: samples.filter(({ id }) => !unread.has(id)), side };
  return new DrawnEpochs(reader, part, { steps: augmentEvents, seed }, log);
}

/** Trains, with a checkpoint beside the model, from where one left off. */
async function trained(
  { training, flags, plan, read, validation, drawn }: Run,
  { learner, timeMillis }: { learner: TrainingHooks['learner']; timeMillis: number | undefined },
): Promise<{ result: TrainingResult; file: CheckpointFile }> {
  const file = new CheckpointFile(training, flags.out);
  if (flags.restart === true) await file.remove();
  const checkpoint = await file.load(plan);
  if (checkpoint !== undefined) {
    for (const line of CheckpointFile.goingOn(checkpoint, training.continuedWith(checkpoint, plan)))
      log(line);
  }
  const line = new LiveLine(plan, read.clips.length, timeMillis, log);
  const hooks: TrainingHooks = {
    ...(learner && { learner }),
    ...(checkpoint && { checkpoint }),
    ...(timeMillis !== undefined && { timeMillis }),
    ...(drawn && { epochSamples: drawn.samples }),
    validation: validation.clips,
    checkpointEveryMillis: flags.checkpointEvery,
    onProgress: (progress) => {
      line.update(progress);
    },
    onRounding: (epoch, layers) => {
      log(roundingText(epoch, layers));
    },
    onRollback: ({ epoch, batch, problem, rateFactor }) => {
      log(
        `note: in batch ${batch + 1} of epoch ${epoch + 1} ${problem}: the epoch begins again, at ${rateFactor} of the rate`,
      );
    },
    onCheckpoint: async (state) => {
      await file.save(state);
      if (state.progress !== null) return;
      line.finished(state.history.at(-1)!);
      if (flags.log !== undefined) await writeTrainingLog(flags.log, state.history);
    },
  };
  try {
    const result = await interruptible(
      () => file.interruptedText,
      (signal) => training.trainNetwork(plan, read.clips, { ...hooks, signal }),
      'Stopping after the batch in hand.',
    );
    return { result, file };
  } finally {
    line.stop();
  }
}

/** Why a run ended before its epochs did. */
function endNotes(plan: TrainingPlan, { end, history }: TrainingResult, { time }: TrainFlags): string[] {
  const done = `${history.length} of ${plan.epochs} epochs`;
  if (end === 'time') return [`The time ended after ${done}; rates went by the time.`];
  if (end === 'patience') return [`Ended after ${done}: none of the last ${plan.patience!} was better.`];
  return time === undefined
    ? []
    : [`All ${plan.epochs} epochs fit the time; more --epochs would use the rest.`];
}

/** Registers `saccade train`. */
export function trainCommand(): Command {
  const command = new Command('train')
    .description(
      'Trains an MFP-QSNN (1-bit weights, Eq. 7 in parallel over time), or the same network with resetting LIF neurons, and writes one model file. Saves a checkpoint after each epoch, every minute, and at Ctrl-C; the same command then goes on, to the same model (but with --time, which goes by the clock).',
    )
    .argument(
      '<data>',
      'a data set (N-MNIST, CIFAR10-DVS, CIFAR-10), or a folder or zip with one subfolder of recordings per class, optionally below train/, val/ and test/',
    );
  return addTrainOptions(command)
    .addHelpText(
      'after',
      '\nExamples:\n  saccade train data/nmnist --out nmnist.safetensors\n  saccade train data/cifar10-dvs --network vggsnn --resize 48x48 --by number --split tet --out cifar.safetensors\n  saccade train data/cifar10 --network resnet19 --steps 4 --augment flip:0.5 --out cifar10.safetensors\n  saccade train my-recordings --sensor 128x128 --structure rank1 --step-us 10000 --out mine.safetensors\n  saccade train my-recordings --validation 0.1 --patience 8 --log mine.csv --time 10m --out mine.safetensors',
    )
    .action(train);
}
