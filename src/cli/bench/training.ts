/** Training steps as contestants, and the least that a dense framework needs: onnxruntime's float32 forward pass. */
import type { SampleBatch } from '../../../operators/index.ts';
import { SaccadeError, SeededRandom } from '../../events/index.ts';
import { exportOnnx } from '../../export/index.ts';
import { inputLength, randomModelOf, type NetworkDescription } from '../../network/index.ts';
import type { GradientPrecision, Learner, TrainingPlan } from '../../training/index.ts';
import type { Contestant } from './interleave.ts';
import { createOnnxSession, countsTensor, ONNX_SETTLE_MS, type OnnxRuntime } from './onnxruntime.ts';

/** A network in training, and a batch. */
export interface TrainingTask {
  readonly network: NetworkDescription;
  readonly batch: SampleBatch;
}

/** The package's training, which is loaded where it is used. */
export type Training = typeof import('../../training/index.ts');

/** Places of the input with events. */
const DENSITY = 0.1;
/** Losses of the first step may be so far apart: TensorFlow.js rounds sums in another order. */
const LOSS_TOLERANCE = 1e-3;

/** Counts of 1 to 3 in a tenth of the places, the same for the same size. */
export function randomBatch({ steps, input, classes }: NetworkDescription, size: number): SampleBatch {
  const random = new SeededRandom(1);
  const counts = Uint8Array.from({ length: steps * size * inputLength(input) }, () =>
    random.uniform() < DENSITY ? 1 + random.integer(3) : 0,
  );
  const labels = Int32Array.from({ length: size }, (_, i) => i % classes.length);
  const { width, height } = input;
  return { counts, labels, steps, size, geometry: { width, height } };
}

/** A plan in which only the step matters. */
export function stepPlan({ network, batch }: TrainingTask, gradients: GradientPrecision): TrainingPlan {
  return {
    network,
    epochs: 40,
    batchSize: batch.size,
    learningRate: 1e-3,
    seed: 1,
    tetLambda: 1e-3,
    maxShift: 0,
    gradients,
    data: 'bench',
  };
}

/** A learner's step on the same batch again and again. */
export function stepContestant(
  name: string,
  threads: number,
  learner: Learner,
  { edeSlope }: Training,
  { batch }: TrainingTask,
): Contestant {
  const settings = { rate: 1e-3, ede: edeSlope(0, 40) };
  return {
    name,
    threads,
    run: async () => {
      await learner.step(batch, settings);
    },
    dispose: () => {
      learner.dispose();
    },
  };
}

/** Learners by the name that their rows have. */
export interface NamedLearner {
  readonly name: string;
  readonly threads: number;
  readonly learner: Learner;
}

/** The engine with both kinds of gradients on each number of threads, and TensorFlow.js where there is a backend of it. */
export function stepLearners(
  { EngineLearner, TensorLearner }: Training,
  task: TrainingTask,
  threadCounts: readonly number[],
  tensors: boolean,
): NamedLearner[] {
  const engines = (['float32', 'power-of-two'] as const).flatMap((gradients) =>
    threadCounts.map((wished) => {
      const learner = new EngineLearner(stepPlan(task, gradients), { threads: wished });
      const name = gradients === 'float32' ? STEP : `${STEP}, gradients of powers of two`;
      return { name, threads: learner.threads, learner };
    }),
  );
  if (!tensors) return engines;
  const oracle = new TensorLearner(stepPlan(task, 'float32'));
  return [...engines, { name: 'TensorFlow.js wasm', threads: 1, learner: oracle }];
}

/** The name of our rows. */
export const STEP = 'saccade';

/**
 * The first step of all: the engine's losses must be the same number on any number of threads, and TensorFlow.js's close to it.
 *
 * @throws SaccadeError `ENGINES_DIFFER`
 */
export async function requireEqualSteps(
  learners: readonly NamedLearner[],
  { edeSlope }: Training,
  { batch }: TrainingTask,
): Promise<number> {
  let first: number | undefined;
  for (const { name, threads, learner } of learners) {
    const { loss } = await learner.step(batch, { rate: 1e-3, ede: edeSlope(0, 40) });
    first ??= loss;
    const off = Math.abs(loss - first);
    if (off <= (learner.backend === 'engine' ? 0 : LOSS_TOLERANCE)) continue;
    throw new SaccadeError('ENGINES_DIFFER', `${name} on ${threads} threads has loss ${loss}, not ${first}.`);
  }
  return first!;
}

/** The forward pass of the same network, exported, over the clips of a batch. */
export async function forwardContestant(
  runtime: OnnxRuntime,
  { network, batch }: TrainingTask,
  threads: number,
): Promise<Contestant> {
  const file = exportOnnx(randomModelOf(network, 1), { mode: 'exact', spikes: false });
  const session = await createOnnxSession(runtime, file, threads);
  const { steps, size, geometry } = batch;
  const frame = batch.counts.length / steps / size;
  const inputs = Array.from({ length: size }, (_, sample) => {
    const counts = new Uint8Array(steps * frame);
    for (let t = 0; t < steps; t++) {
      const from = (t * size + sample) * frame;
      counts.set(batch.counts.subarray(from, from + frame), t * frame);
    }
    return countsTensor(runtime, { steps, geometry, counts, events: 0, saturated: 0, outside: 0 });
  });
  return {
    name: FORWARD,
    threads,
    run: async () => {
      for (const counts of inputs) await session.run({ counts });
    },
    settleMs: ONNX_SETTLE_MS,
    dispose: () => session.release(),
  };
}

/** The name of the yardstick's rows. */
export const FORWARD = 'onnxruntime fp32, forward pass only';
