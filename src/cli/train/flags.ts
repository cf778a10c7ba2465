/** The options of `saccade train`, and the plan that they make. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import { OptionError, type SensorGeometry } from '../../events/index.ts';
import {
  architectures,
  MOST_BRIGHT,
  parseNetwork,
  requireInput,
  takesImages,
  type Architecture,
  type NetworkDescription,
} from '../../network/index.ts';
import type {
  Augmentations,
  BackendPreference,
  OptimiserSpec,
  RateSchedule,
  TrainingPlan,
} from '../../training/index.ts';
import { requireNetworkRepresentation } from '../../frames/index.ts';
import { eventAugmentationSets, eventOperations } from '../../filters/index.ts';
import {
  augmentationOperations,
  augmentationSets,
  parseAugmentations,
} from '../../training/augment/index.ts';
import {
  DEFAULT_MOMENTUM,
  DEFAULT_WEIGHT_DECAY,
  MOMENTUM_RANGE,
  OPTIMISERS,
  resolveOptimiser,
  WEIGHT_DECAY_RANGE,
} from '../../training/optimiser-spec.ts';
import { PLAN_RANGES } from '../../training/ranges.ts';
import { RATE_SCHEDULES } from '../../training/schedule.ts';
import { addBinningOptions, DEFAULT_STEPS, type BinningFlags } from '../binning-options.ts';
import { addDatasetOptions, type DatasetFlags } from '../dataset-options.ts';
import { addGradientOptions, type GradientFlags } from '../gradient-options.ts';
import { addNeuronOptions, neuronFromFlags, type NeuronFlags } from '../neuron-options.ts';
import { declareEffects } from '../option-effects.ts';
import { readJsonOption } from '../option-file.ts';
import { durationMillis, geometry, positiveNumber, rangedNumber, readBy, wholeNumber } from '../options.ts';
import { dataDigest, type PreparedData } from '../prepare-data.ts';
import type { TrainingParts } from './parts.ts';
import { logFile } from './training-log.ts';

/** What {@link addTrainOptions} parses. */
export interface TrainFlags extends BinningFlags, NeuronFlags, DatasetFlags, GradientFlags {
  readonly out: string;
  readonly network: string;
  readonly width: number;
  readonly maxCount: number;
  readonly sensor?: SensorGeometry;
  readonly resize?: SensorGeometry;
  readonly epochs: number;
  readonly batch: number;
  readonly rate?: number;
  readonly optimizer: OptimiserSpec['kind'];
  readonly weightDecay?: number;
  readonly momentum?: number;
  readonly schedule: RateSchedule;
  readonly warmUp: number;
  readonly validation?: number | string;
  readonly patience?: number;
  readonly classWeights: 'none' | 'balanced';
  readonly time?: number;
  readonly checkpointEvery: number;
  readonly keepCheckpoint?: boolean;
  readonly log?: string;
  readonly shift?: number;
  readonly augment?: Augmentations;
  readonly tetLambda: number;
  readonly seed: number;
  readonly backend: BackendPreference;
  readonly threads?: number;
  readonly restart?: boolean;
  readonly json?: boolean;
}

/** Pixels that a clip is shifted by at most, where frames are larger than that. */
const DEFAULT_SHIFT = 2;

/** Adam's steps have the size of the rate whatever the gradients' is; those of `sgd` have not. */
const DEFAULT_RATES = { adam: 2e-3, adamw: 2e-3, sgd: 0.05 };
/** How it fits the epochs is the plan's to check. */
const WARM_UP = { min: 0, max: PLAN_RANGES.epochs.max };

/** All options of the command. */
export function addTrainOptions(command: Command): Command {
  command
    .requiredOption('--out <file>', 'model file to write (.safetensors)')
    .option(
      '--network <name|file>',
      `architecture (${architectures.map(({ name }) => name).join(', ')}) or a JSON description`,
      'compact',
    );
  declareEffects(
    command,
    {
      options: ['width', 'neuron', 'structure', 'taps', 'decay', 'maxCount'],
      with: [{ option: 'network', values: architectures.map(({ name }) => name) }],
      because: 'the description of a network states it',
    },
    { options: ['threads'], with: [{ option: 'backend', values: ['engine', 'auto'] }] },
    { options: ['maxHeldEvents'], with: [{ option: 'filter' }, { option: 'augment' }] },
  );
  addNeuronOptions(command)
    .option('--width <factor>', 'factor on the number of filters', positiveNumber, 1)
    .option('--max-count <n>', 'counts above this are cut (images: none are)', wholeNumber(1), 15);
  addDatasetOptions(addBinningOptions(command, { rule: 'fixed-duration', network: true }), 'all')
    .option(
      '--sensor <WxH>',
      'sensor size that the model is for (default: what the data set is known by, or its recordings state)',
      geometry,
    )
    .option('--resize <WxH>', "size of the frames (default: the sensor's)", geometry);
  addStepOptions(command);
  addGradientOptions(command);
  return command
    .addOption(
      new Option('--backend <name>', 'the training engine, or a TensorFlow.js backend (cpu is slow)')
        .choices(['auto', 'engine', 'node', 'wasm', 'webgpu', 'cpu'])
        .default('auto'),
    )
    .option(
      '--threads <n>',
      'threads of the training engine; the model is the same (default: what is fastest, at most the cores)',
      wholeNumber(1),
    )
    .option(
      '--time <time>',
      'most time for all, such as 5m: fewer epochs where they do not fit',
      durationMillis,
    )
    .option('--checkpoint-every <time>', 'within an epoch too', durationMillis, 60_000)
    .option('--keep-checkpoint', 'leave the checkpoint of a finished run, to go on with more --epochs')
    .option('--restart', 'ignore a checkpoint')
    .option('--log <file>', 'write a row for each epoch (.csv, .jsonl)', logFile)
    .option('--json', 'print one JSON object with the evaluation');
}

/** What decides the steps: the fields of a plan. */
function addStepOptions(command: Command): void {
  const { epochs, batchSize, learningRate, maxShift, tetLambda, seed } = PLAN_RANGES;
  declareEffects(
    command,
    { options: ['momentum'], with: [{ option: 'optimizer', values: ['sgd'] }] },
    { options: ['weightDecay'], with: [{ option: 'optimizer', values: ['adamw', 'sgd'] }] },
    { options: ['patience'], with: [{ option: 'validation' }] },
  );
  command
    .option('--epochs <n>', 'epochs', rangedNumber(epochs), 40)
    .option('--batch <n>', 'samples in a batch', rangedNumber(batchSize), 16)
    .option(
      '--rate <lr>',
      `largest learning rate (default: ${DEFAULT_RATES.adam}; sgd ${DEFAULT_RATES.sgd})`,
      rangedNumber(learningRate),
    )
    .addOption(
      new Option('--optimizer <name>', 'adam, adamw with decoupled weight decay, or sgd with momentum')
        .choices(OPTIMISERS)
        .default('adam'),
    )
    .option(
      '--weight-decay <share>',
      `share of the weights that a step at rate 1 takes away (default: adamw ${DEFAULT_WEIGHT_DECAY}, sgd 0)`,
      rangedNumber(WEIGHT_DECAY_RANGE),
    )
    .option('--momentum <share>', `of sgd (default: ${DEFAULT_MOMENTUM})`, rangedNumber(MOMENTUM_RANGE))
    .addOption(
      new Option('--schedule <name>', 'cosine takes the rate to 0 at the end')
        .choices(RATE_SCHEDULES)
        .default('cosine'),
    )
    .option(
      '--warm-up <epochs>',
      'epochs, or a part of one, that take the rate up from 0',
      rangedNumber(WARM_UP),
      0,
    )
    .option(
      '--shift <px>',
      `largest random shift of a training clip (default: ${DEFAULT_SHIFT}, less on frames that are no larger; 0 with --augment)`,
      rangedNumber(maxShift),
    )
    .option(
      '--augment <steps>',
      `sets (${Object.keys(augmentationSets).join(', ')}) and steps: roll:5,flip:0.5 does both, roll:5|rotate:30 one of them (${idsOf(augmentationOperations)}). Of events, in front of them, with the recordings read anew in each epoch: ${Object.keys(eventAugmentationSets).join(', ')} (${idsOf(eventOperations)})`,
      readBy(parseAugmentations),
    )
    .option('--tet-lambda <λ>', 'regulariser of the TET loss, 0 to 1', rangedNumber(tetLambda), 1e-3)
    .option(
      '--validation <share|split>',
      "keep recordings for choosing the best epoch: a share of each class's, or a split by name, whose validation (else test) part it is",
      validationWish,
    )
    .option(
      '--patience <epochs>',
      'end after so many epochs without a better one (needs --validation)',
      rangedNumber(epochs),
    )
    .addOption(
      new Option('--class-weights <which>', 'balanced: classes count the same however many clips they have')
        .choices(['none', 'balanced'])
        .default('none'),
    )
    .option('--seed <n>', 'seed of weights, order and shifts', rangedNumber(seed), 1);
}

/** The network by architecture name or from a JSON file. @throws NetworkError, RepresentationError for frames that it would cut. */
export async function networkOf(flags: TrainFlags, data: PreparedData): Promise<NetworkDescription> {
  const network = await describedNetwork(flags, data);
  const { input } = data;
  requireInput(network, input);
  if (!takesImages(input)) requireNetworkRepresentation(input.representation, network.input.maxCount);
  return network;
}

async function describedNetwork(
  flags: TrainFlags,
  { dataset, clipOptions, input }: Pick<PreparedData, 'dataset' | 'clipOptions' | 'input'>,
): Promise<NetworkDescription> {
  const architecture: Architecture | undefined = architectures.find(({ name }) => name === flags.network);
  if (architecture === undefined) return parseNetwork(await readJsonOption('--network', flags.network));
  const { width, height } = clipOptions.output;
  return architecture.describe({
    steps: flags.steps ?? DEFAULT_STEPS,
    width,
    height,
    classes: dataset.classes,
    neuron: neuronFromFlags(flags),
    widthFactor: flags.width,
    ...(takesImages(input)
      ? { channels: input.channels.length, maxCount: MOST_BRIGHT }
      : { maxCount: flags.maxCount }),
  });
}

function idsOf(operations: readonly { readonly id: string }[]): string {
  return operations.map(({ id }) => id).join(', ');
}

/** `0.1`, or the name of a split. */
function validationWish(text: string): number | string {
  const share = Number(text);
  if (Number.isNaN(share) && text.trim() !== '') return text;
  if (text.trim() !== '' && share > 0 && share < 1) return share;
  throw new InvalidArgumentError('Expected a number above 0 and below 1, or the name of a split.');
}

/** What is to be done, but for class weights, which the clips say. @throws OptionError for what does not go together. */
export function planOf(
  flags: TrainFlags,
  network: NetworkDescription,
  data: PreparedData,
  parts: TrainingParts,
): TrainingPlan {
  const { width, height } = network.input;
  const { clips = [], events = [] } = flags.augment ?? {};
  if (events.length > 0 && takesImages(data.input))
    throw new OptionError('augment', 'changes events, and images have none: augment clips');
  if (events.length > 0 && parts.train.side !== null)
    throw new OptionError(
      'augment',
      'changes events, which moves the border of a split by time, and later windows would be trained on: take another --split, or augment clips',
    );
  return {
    network,
    epochs: flags.epochs,
    batchSize: flags.batch,
    learningRate: flags.rate ?? DEFAULT_RATES[flags.optimizer],
    optimiser: optimiserOf(flags),
    schedule: flags.schedule,
    warmUpEpochs: flags.warmUp,
    seed: flags.seed,
    tetLambda: flags.tetLambda,
    maxShift: flags.shift ?? (flags.augment ? 0 : Math.min(DEFAULT_SHIFT, Math.min(width, height) - 1)),
    ...(clips.length > 0 && { augment: clips }),
    ...(events.length > 0 && { augmentEvents: events }),
    ...(flags.patience !== undefined && { patience: flags.patience }),
    data: dataDigest(data, parts.validation.samples),
  };
}

/** @throws OptionError for what the optimiser does not have. */
function optimiserOf({ optimizer: kind, weightDecay, momentum }: TrainFlags): OptimiserSpec {
  const spec: OptimiserSpec = {
    kind,
    ...(weightDecay !== undefined && { weightDecay }),
    ...(momentum !== undefined && { momentum }),
  };
  return resolveOptimiser(spec).kind === 'adam' ? { kind } : resolveOptimiser(spec);
}
