/** What a training run leaves: the model of the best epoch, or of the last. */
import type { LabelledClips } from '../../../datasets/index.ts';
import {
  createModel,
  foldNetwork,
  writeModel,
  type AnyModel,
  type NetworkParameters,
} from '../../network/index.ts';
import { writeWhole, type CopiesOfRecordings } from '../../preprocess/index.ts';
import type { EpochReport, TrainingPlan, TrainingResult } from '../../training/index.ts';
import type { PreparedData } from '../prepare-data.ts';

/** What models say of their training. */
export interface TrainedOn {
  readonly data: PreparedData;
  readonly read: LabelledClips;
  readonly validation: LabelledClips;
  readonly plan: TrainingPlan;
  readonly backend: string;
  /** Of a data set of augmented copies, what was drawn from. */
  readonly copies: CopiesOfRecordings | null;
  /** What `--time` said. */
  readonly timeMillis: number | undefined;
}

/** Where the model of the last epoch goes when another one is the best: `m.last.safetensors` beside `m.safetensors`. */
export function lastFile(file: string): string {
  return file.replace(/(\.safetensors)?$/i, '.last.safetensors');
}

function modelOf(
  { data, read, validation, plan, backend, copies, timeMillis }: TrainedOn,
  { history, rollbacks, changes, end }: TrainingResult,
  { parameters, report }: { readonly parameters: NetworkParameters; readonly report: EpochReport },
): AnyModel {
  const { definition } = data.dataset;
  const { network } = plan;
  const split = data.split!;
  return createModel(network, foldNetwork(network, parameters), data.input, {
    dataset: definition.id,
    split: split.name,
    splitSha256: split.sha256,
    ...('windows' in data.clipOptions && { windows: data.clipOptions.windows }),
    recordings: read.recordings.length,
    clips: read.clips.length,
    seed: plan.seed,
    epochs: plan.epochs,
    batchSize: plan.batchSize,
    learningRate: plan.learningRate,
    optimiser: plan.optimiser,
    schedule: plan.schedule,
    warmUpEpochs: plan.warmUpEpochs,
    classWeights: plan.classWeights,
    tetLambda: plan.tetLambda,
    maxShift: plan.maxShift,
    ...(plan.augment && { augment: plan.augment }),
    ...(plan.augmentEvents && { augmentEvents: plan.augmentEvents }),
    ...(copies && { augmentedCopies: copies }),
    ...(plan.gradients && { gradients: plan.gradients, gradientLevels: plan.gradientLevels }),
    backend,
    // What is not so in every run is said where it is.
    ...(history.length !== plan.epochs && { epochsDone: history.length, end }),
    ...(timeMillis !== undefined && { timeMillis }),
    ...(rollbacks > 0 && { rollbacks }),
    ...(changes.length > 0 && { changes }),
    ...(report.validation && {
      epoch: report.epoch + 1,
      validationRecordings: validation.recordings.map(({ id }) => id),
      validationAccuracy: report.validation.accuracy,
    }),
    trainLoss: report.loss,
    trainAccuracy: report.accuracy,
    licence: definition.about.licence ?? 'not stated',
    citation: definition.about.citation,
  });
}

/**
 * Writes the model, and beside it that of the last epoch where another was chosen on validation clips.
 *
 * @returns the model that was written to `file`, and what to say of the choice.
 */
export async function writeModels(
  file: string,
  on: TrainedOn,
  result: TrainingResult,
): Promise<{ readonly model: AnyModel; readonly notes: readonly string[] }> {
  const { best, parameters, history } = result;
  const last = modelOf(on, result, { parameters, report: history.at(-1)! });
  if (best === null) {
    await writeWhole(file, writeModel(last));
    return { model: last, notes: [] };
  }
  const model = modelOf(on, result, { parameters: best.parameters, report: history[best.epoch]! });
  await writeWhole(lastFile(file), writeModel(last));
  await writeWhole(file, writeModel(model));
  const percent = (100 * best.accuracy).toFixed(2);
  return {
    model,
    notes: [
      `epoch ${best.epoch + 1} of ${history.length} is the best on ${on.validation.clips.length} validation clips (${percent} %); the last one is in ${lastFile(file)}`,
    ],
  };
}
