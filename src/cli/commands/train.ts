/** `saccade train`. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { Command } from 'commander';
import { createModel, foldNetwork, writeModel } from '../../network/index.ts';
import type { TrainingHooks } from '../../training/index.ts';
import { binningFromFlags } from '../binning-options.ts';
import { classesNote } from '../classes-note.ts';
import { interruptible } from '../interruptible.ts';
import { partOfData, prepareData, requireClasses, type PreparedData } from '../prepare-data.ts';
import { printableText } from '../printable.ts';
import { CheckpointFile, placeOf, type Training } from '../train/checkpoint-file.ts';
import { addTrainOptions, networkOf, planOf, type TrainFlags } from '../train/flags.ts';
import { LiveLine } from '../train/live-line.ts';
import { clipBytes, partsText, readPart } from '../train/parts.ts';
import { reportTraining } from '../training-report.ts';
import { writeWhole } from '../../preprocess/index.ts';

async function train(root: string, flags: TrainFlags): Promise<void> {
  const training = await import('../../training/index.ts');
  const { sensor, resize } = flags;
  const data = await prepareData({ root, flags, sensor, resize, binning: binningFromFlags(flags) });
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
  const log = (line: string): void => void process.stderr.write(`${printableText(line)}\n`);
  const { dataset } = data;
  const split = data.split!;
  log(`${dataset.definition.title}, split ${split.name} (${split.sha256.slice(0, 12)}): ${partsText(split)}`);
  for (const note of data.notes) log(`note: ${note}`);
  requireClasses(root, dataset, partOfData(data, 'train').samples);
  const network = await networkOf(flags, data);
  const plan = planOf(flags, network, data);
  training.checkPlan(plan);
  const backend = await training.selectBackend({ prefer: flags.backend, network });
  log(backend.reason);
  await mkdir(path.dirname(path.resolve(flags.out)), { recursive: true });
  const file = new CheckpointFile(training, flags.out);
  if (flags.restart === true) await file.remove();
  const checkpoint = await file.load(plan);
  if (checkpoint) log(`Going on after ${placeOf(checkpoint)}.`);

  const read = await readPart(data, 'train', network.classes, log);
  const { clips } = read;
  requireClasses(root, network, clips);
  for (const note of classesNote(clips, network.classes, 'was not trained').lines) log(note.trim());
  if (plan.batchSize > clips.length)
    log(`note: a batch of ${plan.batchSize} takes all ${clips.length} clips: each epoch is one step`);
  // Before the training: what is wrong with a recording should not show hours later.
  const test = await readPart(data, 'test', network.classes, log, clipBytes(clips));
  const line = new LiveLine(plan, clips.length, log);
  try {
    const hooks: TrainingHooks = {
      learner: backend.learner,
      ...(checkpoint && { checkpoint }),
      onProgress: (progress) => {
        line.update(progress);
      },
      onCheckpoint: async (state) => {
        await file.save(state);
        line.saved(state);
      },
    };
    const { parameters, history } = await interruptible(
      () => file.interruptedText,
      (signal) => training.trainNetwork(plan, clips, { ...hooks, signal }),
      'Stopping after the batch in hand.',
    );
    line.stop();
    const last = history.at(-1)!;
    const model = createModel(network, foldNetwork(network, parameters), data.input, {
      dataset: dataset.definition.id,
      split: split.name,
      splitSha256: split.sha256,
      windows: data.clipOptions.windows,
      recordings: read.recordings.length,
      clips: clips.length,
      seed: plan.seed,
      epochs: plan.epochs,
      batchSize: plan.batchSize,
      learningRate: plan.learningRate,
      optimiser: plan.optimiser,
      schedule: plan.schedule,
      warmUpEpochs: plan.warmUpEpochs,
      tetLambda: plan.tetLambda,
      maxShift: plan.maxShift,
      backend: backend.name,
      trainLoss: last.loss,
      trainAccuracy: last.accuracy,
      licence: dataset.definition.licence,
      citation: dataset.definition.citation,
    });
    await writeWhole(flags.out, writeModel(model));
    await file.remove();
    const seconds = history.reduce((sum, epoch) => sum + epoch.seconds, 0);
    await reportTraining(model, test, { file: flags.out, json: flags.json ?? false, seconds });
  } finally {
    line.stop();
  }
}

/** Registers `saccade train`. */
export function trainCommand(): Command {
  const command = new Command('train')
    .description(
      'Trains an MFP-QSNN (1-bit weights, Eq. 7 in parallel over time), or the same network with resetting LIF neurons, and writes one model file. Saves a checkpoint after each epoch and at Ctrl-C; the same command then goes on, to the same model.',
    )
    .argument(
      '<data>',
      'a data set (N-MNIST, CIFAR10-DVS), or a folder or zip with one subfolder of recordings per class, optionally below train/, val/ and test/',
    );
  return addTrainOptions(command)
    .addHelpText(
      'after',
      '\nExamples:\n  saccade train data/nmnist --out nmnist.safetensors\n  saccade train data/cifar10-dvs --network vggsnn --resize 48x48 --by number --split tet --out cifar.safetensors\n  saccade train my-recordings --sensor 128x128 --structure rank1 --step-us 10000 --out mine.safetensors',
    )
    .action(train);
}
