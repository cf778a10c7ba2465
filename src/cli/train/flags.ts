/** The options of `saccade train`, and the plan that they make. */
import { readFile } from 'node:fs/promises';
import { Option, type Command } from 'commander';
import type { SensorGeometry } from '../../events/index.ts';
import {
  architectures,
  parseNetwork,
  type Architecture,
  type NetworkDescription,
} from '../../network/index.ts';
import type { BackendPreference, TrainingPlan } from '../../training/index.ts';
import { PLAN_RANGES } from '../../training/ranges.ts';
import { addBinningOptions, type BinningFlags } from '../binning-options.ts';
import { addDatasetOptions, type DatasetFlags } from '../dataset-options.ts';
import { addNeuronOptions, neuronFromFlags, type NeuronFlags } from '../neuron-options.ts';
import { geometry, positiveNumber, rangedNumber, wholeNumber } from '../options.ts';
import { dataDigest, type PreparedData } from '../prepare-data.ts';

/** What {@link addTrainOptions} parses. */
export interface TrainFlags extends BinningFlags, NeuronFlags, DatasetFlags {
  readonly out: string;
  readonly network: string;
  readonly width: number;
  readonly maxCount: number;
  readonly sensor?: SensorGeometry;
  readonly resize?: SensorGeometry;
  readonly epochs: number;
  readonly batch: number;
  readonly rate: number;
  readonly shift?: number;
  readonly tetLambda: number;
  readonly seed: number;
  readonly backend: BackendPreference;
  readonly restart?: boolean;
  readonly json?: boolean;
}

/** Pixels that a clip is shifted by at most, where frames are larger than that. */
const DEFAULT_SHIFT = 2;

/** All options of the command. */
export function addTrainOptions(command: Command): Command {
  command
    .requiredOption('--out <file>', 'model file to write (.safetensors)')
    .option(
      '--network <name|file>',
      `architecture (${architectures.map(({ name }) => name).join(', ')}) or a JSON description`,
      'compact',
    );
  addNeuronOptions(command)
    .option('--width <factor>', 'factor on the number of filters', positiveNumber, 1)
    .option('--max-count <n>', 'counts above this are cut', wholeNumber(1), 15);
  addDatasetOptions(addBinningOptions(command, 'fixed-duration'), 'all')
    .option(
      '--sensor <WxH>',
      'sensor size that the model is for (default: what the data set is known by, or its recordings state)',
      geometry,
    )
    .option('--resize <WxH>', "size of the frames (default: the sensor's)", geometry);
  addStepOptions(command);
  return command
    .addOption(
      new Option('--backend <name>', 'the training engine, or a TensorFlow.js backend (cpu is slow)')
        .choices(['auto', 'engine', 'node', 'wasm', 'cpu'])
        .default('auto'),
    )
    .option('--restart', 'ignore a checkpoint')
    .option('--json', 'print one JSON object with the evaluation');
}

/** What decides the steps: the fields of a plan. */
function addStepOptions(command: Command): void {
  const { epochs, batchSize, learningRate, maxShift, tetLambda, seed } = PLAN_RANGES;
  command
    .option('--epochs <n>', 'epochs', rangedNumber(epochs), 40)
    .option('--batch <n>', 'samples in a batch', rangedNumber(batchSize), 16)
    .option('--rate <lr>', "Adam's learning rate in the first epoch", rangedNumber(learningRate), 2e-3)
    .option(
      '--shift <px>',
      `largest random shift of a training clip (default: ${DEFAULT_SHIFT}, less on frames that are no larger)`,
      rangedNumber(maxShift),
    )
    .option('--tet-lambda <λ>', 'regulariser of the TET loss, 0 to 1', rangedNumber(tetLambda), 1e-3)
    .option('--seed <n>', 'seed of weights, order and shifts', rangedNumber(seed), 1);
}

/** The network by architecture name or from a JSON file. */
export async function networkOf(
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

/** What is to be done. */
export function planOf(flags: TrainFlags, network: NetworkDescription, data: PreparedData): TrainingPlan {
  const { width, height } = network.input;
  return {
    network,
    epochs: flags.epochs,
    batchSize: flags.batch,
    learningRate: flags.rate,
    seed: flags.seed,
    tetLambda: flags.tetLambda,
    maxShift: flags.shift ?? Math.min(DEFAULT_SHIFT, Math.min(width, height) - 1),
    data: dataDigest(data),
  };
}
