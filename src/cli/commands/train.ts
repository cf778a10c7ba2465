/** `saccade train`. */
import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { Command, Option } from 'commander';
import {
  DEFAULT_MAX_CLIP_BYTES,
  matchLabels,
  type LabelledClips,
  type Split,
} from '../../../datasets/index.ts';
import {
  architectures,
  createModel,
  foldNetwork,
  parseNetwork,
  writeModel,
  type Architecture,
  type NetworkDescription,
} from '../../network/index.ts';
import type { BackendPreference, Checkpoint, TrainingHooks, TrainingPlan } from '../../training/index.ts';
import type { SensorGeometry } from '../../events/index.ts';
import { addBinningOptions, binningFromFlags, type BinningFlags } from '../binning-options.ts';
import {
  addGradientOptions,
  gradientsFromFlags,
  roundingText,
  type GradientFlags,
} from '../gradient-options.ts';
import { addNeuronOptions, neuronFromFlags, type NeuronFlags } from '../neuron-options.ts';
import { geometry, positiveNumber, wholeNumber } from '../options.ts';
import {
  dataDigest,
  leftOutNotes,
  partOfData,
  prepareData,
  requireClasses,
  type PreparedData,
} from '../prepare-data.ts';
import { classesNote } from '../classes-note.ts';
import { addDatasetOptions, type DatasetFlags } from '../dataset-options.ts';
import { clipNotes, loadClips } from '../load-clips.ts';
import { reportTraining } from '../training-report.ts';
import { interruptible } from '../interruptible.ts';
import { printableText } from '../printable.ts';
import { startProgress } from '../progress.ts';
import { writeWhole } from '../../preprocess/index.ts';

interface TrainFlags extends BinningFlags, NeuronFlags, DatasetFlags, GradientFlags {
  readonly out: string;
  readonly network: string;
  readonly width: number;
  readonly maxCount: number;
  readonly sensor?: SensorGeometry;
  readonly resize?: SensorGeometry;
  readonly epochs: number;
  readonly batch: number;
  readonly rate: number;
  readonly shift: number;
  readonly tetLambda: number;
  readonly seed: number;
  readonly backend: BackendPreference;
  readonly restart?: boolean;
  readonly json?: boolean;
}

/** Describes the network by architecture name or from a JSON file. */
async function describe(
  flags: TrainFlags,
  { dataset, clipOptions }: PreparedData,
): Promise<NetworkDescription> {
  const architecture: Architecture | undefined = architectures.find(({ name }) => name === flags.network);
  if (architecture === undefined) return parseNetwork(JSON.parse(await readFile(flags.network, 'utf8')));
  const { width, height } = clipOptions.output;
  return architecture.describe({
    steps: flags.steps,
    width,
    height,
    classes: dataset.classes,
    neuron: neuronFromFlags(flags),
    widthFactor: flags.width,
    maxCount: flags.maxCount,
  });
}

async function loadCheckpoint(
  training: Training,
  file: string,
  plan: TrainingPlan,
  restart: boolean,
): Promise<Checkpoint | undefined> {
  if (restart) await rm(file, { force: true });
  try {
    return training.readCheckpoint(await readFile(file), plan);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** How far a checkpoint got. */
function placeOf({ plan, history, progress }: Checkpoint): string {
  if (progress === null) return `epoch ${history.length} of ${plan.epochs}`;
  return `batch ${progress.batches} of epoch ${history.length + 1} of ${plan.epochs}`;
}

function interruptedText(file: string, saved: Checkpoint | undefined): string {
  if (saved === undefined) return 'Interrupted before the first batch: nothing is saved.';
  return `Interrupted after ${placeOf(saved)}. ${file} holds it: run the same command to go on.`;
}

/** TensorFlow.js takes half a second to load, and need not be installed: not for the help. */
type Training = typeof import('../../training/index.ts');

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
  const network = await describe(flags, data);
  const backend = await training.selectBackend({ prefer: flags.backend, network });
  log(backend.reason);
  const plan: TrainingPlan = {
    network,
    epochs: flags.epochs,
    batchSize: flags.batch,
    learningRate: flags.rate,
    seed: flags.seed,
    tetLambda: flags.tetLambda,
    maxShift: flags.shift,
    ...gradientsFromFlags(flags),
    data: dataDigest(data),
  };
  await mkdir(path.dirname(path.resolve(flags.out)), { recursive: true });
  const checkpointFile = `${flags.out}.checkpoint`;
  const checkpoint = await loadCheckpoint(training, checkpointFile, plan, flags.restart ?? false);
  if (checkpoint) log(`Going on after ${placeOf(checkpoint)}.`);

  const read = await readPart(data, 'train', network.classes, log);
  const { clips } = read;
  requireClasses(root, network, clips);
  for (const note of classesNote(clips, network.classes, 'was not trained').lines) log(note.trim());
  // Before the training: what is wrong with a recording should not show hours later.
  const test = await readPart(data, 'test', network.classes, log, clipBytes(clips));
  const format =
    'epoch {epoch} {bar} {value}/{total} loss {loss} accuracy {accuracy} {rate} images/s ETA {eta_formatted}';
  const bar = startProgress(format, clips.length * plan.epochs, {
    epoch: '1',
    loss: '-',
    accuracy: '-',
    rate: '-',
  });
  let saved = checkpoint;
  try {
    const hooks: TrainingHooks = {
      learner: backend.learner,
      ...(checkpoint && { checkpoint }),
      onProgress: ({ epoch, samplesDone, samples, loss, accuracy, samplesPerSecond }) => {
        bar.update(epoch * samples + samplesDone, {
          epoch: `${epoch + 1}/${plan.epochs}`,
          loss: loss.toFixed(3),
          accuracy: accuracy.toFixed(3),
          rate: samplesPerSecond.toFixed(0),
        });
      },
      onRounding: (epoch, layers) => log(roundingText(epoch, layers)),
      onCheckpoint: async (state) => {
        await writeWhole(checkpointFile, training.writeCheckpoint(state));
        saved = state;
        if (state.progress !== null) return;
        const { epoch, loss, accuracy, seconds } = state.history.at(-1)!;
        if (!process.stderr.isTTY)
          log(
            `epoch ${epoch + 1}/${plan.epochs} loss ${loss.toFixed(4)} accuracy ${accuracy.toFixed(4)} ${seconds.toFixed(1)} s`,
          );
      },
    };
    const { parameters, history } = await interruptible(
      () => interruptedText(checkpointFile, saved),
      (signal) => training.trainNetwork(plan, clips, { ...hooks, signal }),
      'Stopping after the batch in hand.',
    );
    bar.stop();
    const last = history.at(-1)!;
    const model = createModel(network, foldNetwork(network, parameters), data.input, {
      dataset: dataset.definition.id,
      split: split.name,
      splitSha256: split.sha256,
      windows: data.clipOptions.windows,
      recordings: read.recordings.length,
      clips: clips.length,
      seed: flags.seed,
      epochs: flags.epochs,
      batchSize: flags.batch,
      learningRate: flags.rate,
      tetLambda: flags.tetLambda,
      maxShift: flags.shift,
      ...gradientsFromFlags(flags),
      backend: backend.name,
      trainLoss: last.loss,
      trainAccuracy: last.accuracy,
      licence: dataset.definition.about.licence ?? 'not stated',
      citation: dataset.definition.about.citation,
    });
    await writeWhole(flags.out, writeModel(model));
    await rm(checkpointFile, { force: true });
    const seconds = history.reduce((sum, epoch) => sum + epoch.seconds, 0);
    await reportTraining(model, test, { file: flags.out, json: flags.json ?? false, seconds });
  } finally {
    bar.stop();
  }
}

/** The clips of a part, with the network's labels. */
async function readPart(
  data: PreparedData,
  part: 'train' | 'test',
  classes: readonly string[],
  log: (line: string) => void,
  takenBytes = 0,
): Promise<LabelledClips> {
  if (data.split![part].length === 0) return { clips: [], recordings: [], leftOut: [] };
  const { samples, side } = partOfData(data, part);
  const { skipBad, maxClipBytes = DEFAULT_MAX_CLIP_BYTES } = data.clipOptions;
  const known = matchLabels(data.dataset, samples, classes, 'the network', skipBad);
  const options = { ...data.clipOptions, maxClipBytes: maxClipBytes - takenBytes };
  const read = await loadClips(`reading ${part}`, { samples: known.samples, side }, options);
  for (const note of [...leftOutNotes(known.leftOut), ...clipNotes(read, side)]) log(`${part}: ${note}`);
  return { ...read, leftOut: [...known.leftOut, ...read.leftOut] };
}

function clipBytes(clips: LabelledClips['clips']): number {
  return clips.reduce((bytes, { clip }) => bytes + clip.counts.byteLength, 0);
}

/** How many recordings each part has. */
function partsText({ train, validation, test, trainShare }: Split): string {
  if (trainShare !== null) return `${train.length} recordings, each split by time`;
  const kept =
    validation.length > 0
      ? `, ${validation.length} for validation (kept for evaluate --part validation)`
      : '';
  return `${train.length} recordings for training, ${test.length} for testing${kept}`;
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
    )
    .requiredOption('--out <file>', 'model file to write (.safetensors)')
    .option(
      '--network <name|file>',
      `architecture (${architectures.map(({ name }) => name).join(', ')}) or a JSON description`,
      'compact',
    );
  addNeuronOptions(command)
    .option('--width <factor>', 'factor on the number of filters', positiveNumber, 1)
    .option('--max-count <n>', 'counts above this are cut', wholeNumber(1), 15);
  addGradientOptions(command);
  return addDatasetOptions(addBinningOptions(command, 'fixed-duration'), 'all')
    .option(
      '--sensor <WxH>',
      'sensor size that the model is for (default: what the data set is known by, or its recordings state)',
      geometry,
    )
    .option('--resize <WxH>', "size of the frames (default: the sensor's)", geometry)
    .option('--epochs <n>', 'epochs', wholeNumber(1), 40)
    .option('--batch <n>', 'samples in a batch', wholeNumber(1), 16)
    .option('--rate <lr>', "Adam's learning rate in the first epoch", positiveNumber, 2e-3)
    .option('--shift <px>', 'largest random shift of a training clip', wholeNumber(0), 2)
    .option('--tet-lambda <λ>', 'regulariser of the TET loss', Number, 1e-3)
    .option('--seed <n>', 'seed of weights, order and shifts', wholeNumber(0), 1)
    .addOption(
      new Option('--backend <name>', 'the training engine, or a TensorFlow.js backend (cpu is slow)')
        .choices(['auto', 'engine', 'node', 'wasm', 'cpu'])
        .default('auto'),
    )
    .option('--restart', 'ignore a checkpoint')
    .option('--json', 'print one JSON object with the evaluation')
    .addHelpText(
      'after',
      '\nExamples:\n  saccade train data/nmnist --out nmnist.safetensors\n  saccade train data/cifar10-dvs --network vggsnn --resize 48x48 --by number --split tet --out cifar.safetensors\n  saccade train my-recordings --sensor 128x128 --structure rank1 --step-us 10000 --out mine.safetensors',
    )
    .action(train);
}
