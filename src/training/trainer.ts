/** The training loop: Eq. 7 in parallel over time, Adam, cosine schedule, TET loss, seeded. */
import { from, lastValueFrom, toArray } from 'rxjs';
import { collectSamples, type SampleBatch } from '../../operators/index.ts';
import { SeededRandom } from '../events/index.ts';
import type { LabelledClip } from '../frames/index.ts';
import type { NetworkParameters } from '../network/index.ts';
import { shiftClip } from './augment.ts';
import { inputTensor } from './batch-input.ts';
import type { Checkpoint } from './checkpoint.ts';
import { TrainingError } from './errors.ts';
import { tetLoss } from './loss.ts';
import { ScheduledAdam } from './optimiser.ts';
import type { EpochReport, TrainingPlan } from './plan.ts';
import { cosineRate, edeSlope } from './schedule.ts';
import { createTensorOps } from './tensor-ops.ts';
import { tf, type Tensor, type Variable } from './tf.ts';
import { TrainableNetwork } from './trainable-network.ts';

/** One finished step, for progress displays. Loss and accuracy are those of the epoch so far. */
export interface TrainingProgress {
  readonly epoch: number;
  readonly samplesDone: number;
  readonly samples: number;
  readonly loss: number;
  readonly accuracy: number;
  readonly samplesPerSecond: number;
}

/** What a run may be given besides its plan. */
export interface TrainingHooks {
  /** Go on from here. */
  readonly checkpoint?: Checkpoint;
  /** Stops after the batch in hand; the run then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TrainingProgress) => void;
  /** Called after each epoch with all that is needed to resume. Awaited. */
  readonly onCheckpoint?: (checkpoint: Checkpoint) => Promise<void> | void;
}

/** The result of training. */
export interface TrainingResult {
  readonly parameters: NetworkParameters;
  readonly history: readonly EpochReport[];
}

/**
 * Trains a network. Choose the backend first, with `selectBackend`.
 *
 * @param samples labelled clips as the binning operators made them.
 * @throws {@link TrainingError} `NO_SAMPLES`, or `DIVERGED` when the loss is no longer a number.
 *
 * @example
 * ```ts
 * import { describePlain } from 'saccade';
 * import { selectBackend, trainNetwork } from 'saccade/training';
 * await selectBackend({ prefer: 'cpu' });
 * const size = { steps: 2, height: 4, width: 4 };
 * const network = describePlain('toy', [2], { ...size, classes: ['off', 'on'], neuron: { kind: 'lif' } });
 * const geometry = { width: 4, height: 4 };
 * const clip = (value: number) => ({ steps: 2, geometry, counts: new Uint8Array(64).fill(value), events: 0, saturated: 0, outside: 0 });
 * const samples = [{ clip: clip(0), label: 0 }, { clip: clip(3), label: 1 }];
 * const plan = { network, epochs: 1, batchSize: 2, learningRate: 0.01, seed: 1, tetLambda: 0, maxShift: 0, data: 'toy' };
 * const { history } = await trainNetwork(plan, samples);
 * console.log(history.length); // 1
 * ```
 */
export async function trainNetwork(
  plan: TrainingPlan,
  samples: readonly LabelledClip[],
  hooks: TrainingHooks = {},
): Promise<TrainingResult> {
  if (samples.length === 0) throw new TrainingError('NO_SAMPLES', 'There is not one training sample.');
  const network = new TrainableNetwork(plan.network, plan.seed);
  const optimiser = new ScheduledAdam(plan.learningRate);
  try {
    const history: EpochReport[] = [...(hooks.checkpoint?.history ?? [])];
    if (hooks.checkpoint !== undefined) {
      network.restore(hooks.checkpoint.parameters);
      await optimiser.load(hooks.checkpoint.optimiser, network.trainable);
    }
    while (history.length < plan.epochs) {
      history.push(await trainEpoch(plan, history.length, samples, network, optimiser, hooks));
      const state = { parameters: await network.snapshot(), optimiser: await optimiser.save() };
      await hooks.onCheckpoint?.({ plan, history: [...history], ...state });
    }
    return { parameters: await network.snapshot(), history };
  } finally {
    network.dispose();
    optimiser.dispose();
  }
}

/** The batches of an epoch: shuffled and shifted, the same for equal (seed, epoch). */
async function epochBatches(
  { seed, batchSize, maxShift }: TrainingPlan,
  epoch: number,
  samples: readonly LabelledClip[],
): Promise<SampleBatch[]> {
  const order = new SeededRandom(seed, epoch, -1).shuffle(samples.map((_, i) => i));
  const shifted = order.map((i): LabelledClip => {
    const { clip, label } = samples[i]!;
    return { label, clip: shiftClip(clip, maxShift, new SeededRandom(seed, epoch, i)) };
  });
  return lastValueFrom(from(shifted).pipe(collectSamples({ batchSize }), toArray()));
}

async function trainEpoch(
  plan: TrainingPlan,
  epoch: number,
  samples: readonly LabelledClip[],
  network: TrainableNetwork,
  optimiser: ScheduledAdam,
  { signal, onProgress }: TrainingHooks,
): Promise<EpochReport> {
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1000;
  optimiser.setLearningRate(cosineRate(plan.learningRate, epoch, plan.epochs));
  let done = 0;
  let correct = 0;
  let lossSum = 0;
  for (const batch of await epochBatches(plan, epoch, samples)) {
    signal?.throwIfAborted();
    const result = await trainStep(plan, epoch, batch, network, optimiser);
    if (!Number.isFinite(result.loss)) {
      throw new TrainingError(
        'DIVERGED',
        `The loss is ${result.loss} in epoch ${epoch}. Lower the learning rate.`,
      );
    }
    done += batch.size;
    correct += result.correct;
    lossSum += result.loss * batch.size;
    const soFar = { loss: lossSum / done, accuracy: correct / done };
    onProgress?.({
      epoch,
      samplesDone: done,
      samples: samples.length,
      ...soFar,
      samplesPerSecond: done / seconds(),
    });
  }
  return { epoch, loss: lossSum / done, accuracy: correct / done, seconds: seconds() };
}

/** One optimiser step. Leaves no tensors behind but the variables. */
async function trainStep(
  plan: TrainingPlan,
  epoch: number,
  batch: SampleBatch,
  network: TrainableNetwork,
  optimiser: ScheduledAdam,
): Promise<{ loss: number; correct: number }> {
  const statistics: [string, Tensor, Tensor][] = [];
  const ops = createTensorOps({
    steps: batch.steps,
    ede: edeSlope(epoch, plan.epochs),
    onStatistics: (key, mean, variance) => statistics.push([key, tf.keep(mean), tf.keep(variance)]),
  });
  const input = inputTensor(batch, plan.network);
  let meanLogits: Tensor | undefined;
  const { value, grads } = tf.variableGrads(() => {
    const logits = network.forward(ops, input);
    meanLogits = tf.keep(tf.mean(tf.reshape(logits, [batch.steps, batch.size, -1]), 0));
    return tetLoss(logits, batch.labels, batch.steps, plan.tetLambda).asScalar();
  }, network.trainable);
  optimiser.applyGradients(grads as Record<string, Variable>);
  for (const [key, mean, variance] of statistics) network.recordStatistics(key, mean, variance);
  await network.project();
  const [loss, correct] = [(await value.data())[0]!, await countCorrect(meanLogits!, batch.labels)];
  tf.dispose([input, value, meanLogits!, ...Object.values(grads)]);
  return { loss, correct };
}

async function countCorrect(logits: Tensor, labels: Int32Array): Promise<number> {
  const best = tf.argMax(logits, 1);
  const predicted = await best.data();
  best.dispose();
  return labels.reduce((count, label, i) => count + (predicted[i] === label ? 1 : 0), 0);
}
