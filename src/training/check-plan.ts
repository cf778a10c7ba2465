/** Refuses plans that cannot be meant, before anything is computed. */
import { OptionError } from '../events/index.ts';
import { checkEventAugmentation } from '../filters/index.ts';
import type { LabelledClip } from '../frames/index.ts';
import { inputLength, type NetworkDescription } from '../network/index.ts';
import { checkAugmentation, checkChannels } from './augment/index.ts';
import { checkClassWeights } from './class-weights.ts';
import { TrainingError } from './errors.ts';
import type { TrainingPlan } from './plan.ts';
import { resolveOptimiser } from './optimiser-spec.ts';
import { PLAN_RANGES, rangedOption } from './ranges.ts';
import { RATE_SCHEDULES } from './schedule.ts';

/** What a step is made for. @throws OptionError for a number out of its range. */
export function checkStep(step: Pick<TrainingPlan, 'batchSize' | 'seed' | 'tetLambda'>): void {
  for (const name of ['batchSize', 'seed', 'tetLambda'] as const)
    rangedOption(name, step[name], PLAN_RANGES[name]);
}

/**
 * A shift that leaves something of every frame.
 *
 * @throws OptionError for one as wide or as high as the frames.
 */
export function checkShift(maxShift: number, { input }: NetworkDescription): void {
  rangedOption('maxShift', maxShift, PLAN_RANGES.maxShift);
  const side = Math.min(input.width, input.height);
  if (maxShift < side) return;
  throw new OptionError(
    'maxShift',
    `must be below ${side}, or nothing is left of frames of ${input.width}x${input.height}; got ${maxShift}`,
  );
}

/**
 * Checks all numbers of a plan.
 *
 * @throws OptionError, which names the field.
 *
 * @example
 * ```ts
 * import { describePlain } from 'saccade';
 * import { checkPlan } from 'saccade/training';
 * const size = { steps: 2, height: 4, width: 4, classes: ['off', 'on'] };
 * const network = describePlain('toy', [2], { ...size, neuron: { kind: 'lif' } });
 * const plan = { network, epochs: 1, batchSize: 2, learningRate: 0.01, seed: 1, tetLambda: 5, maxShift: 0, data: 'toy' };
 * try { checkPlan(plan); } catch (error) { console.log((error as Error).message); } // Option tetLambda must be a number from 0 to 1, got 5
 * ```
 */
export function checkPlan(plan: TrainingPlan): void {
  checkStep(plan);
  rangedOption('epochs', plan.epochs, PLAN_RANGES.epochs);
  rangedOption('learningRate', plan.learningRate, PLAN_RANGES.learningRate);
  checkShift(plan.maxShift, plan.network);
  checkAugmentation(plan.augment ?? []);
  checkChannels(plan.augment ?? [], plan.network.input.channels);
  checkEventAugmentation(plan.augmentEvents ?? []);
  resolveOptimiser(plan.optimiser);
  const { schedule = 'cosine', warmUpEpochs = 0, epochs } = plan;
  if (!RATE_SCHEDULES.includes(schedule))
    throw new OptionError('schedule', `must be one of ${RATE_SCHEDULES.join(', ')}, got ${schedule}`);
  checkClassWeights(plan.classWeights, plan.network.classes.length);
  if (plan.patience !== undefined) rangedOption('patience', plan.patience, PLAN_RANGES.epochs);
  rangedOption('warmUpEpochs', warmUpEpochs, { min: 0, max: epochs, without: 'max' });
}

/**
 * Clips that a network can learn from.
 *
 * @throws TrainingError `NO_SAMPLES`, `TOO_FEW_CLASSES`, `BAD_LABEL`, `BAD_SAMPLE`; the last two name the sample.
 */
export function checkSamples(
  { network }: Pick<TrainingPlan, 'network'>,
  samples: readonly LabelledClip[],
): void {
  if (samples.length === 0) throw new TrainingError('NO_SAMPLES', 'There is not one training sample.');
  checkClips(network, samples);
  const labels = new Set(samples.map(({ label }) => label));
  if (labels.size >= 2) return;
  throw new TrainingError(
    'TOO_FEW_CLASSES',
    `At least two classes are needed; all training samples are of class "${network.classes[[...labels][0]!]!}".`,
  );
}

/**
 * Checks that clips fit a network: their frames, their counts and labels.
 *
 * @throws TrainingError `BAD_LABEL`, `BAD_SAMPLE`.
 *
 * @example
 * ```ts
 * import { describePlain } from 'saccade';
 * import { checkClips } from 'saccade/training';
 * const size = { steps: 2, height: 4, width: 4 };
 * const network = describePlain('toy', [2], { ...size, classes: ['off', 'on'], neuron: { kind: 'lif' } });
 * const clip = { steps: 1, geometry: { width: 4, height: 4 }, counts: new Uint8Array(32), events: 0, saturated: 0, outside: 0 };
 * try {
 *   checkClips(network, [{ clip, label: 0 }]);
 * } catch (error) {
 *   console.log((error as Error).message); // Sample 0 is 1 frames of 4x4 (32 counts); the network takes 2 of 4x4 (64).
 * }
 * ```
 */
export function checkClips(network: NetworkDescription, samples: readonly LabelledClip[]): void {
  const { classes, steps, input } = network;
  const length = steps * inputLength(input);
  samples.forEach(({ clip, label }, i) => {
    if (classes[label] === undefined) {
      const known = `there are ${classes.length} classes`;
      throw new TrainingError('BAD_LABEL', `Sample ${i} has label ${label}; ${known}.`);
    }
    const { counts, geometry } = clip;
    const { width, height } = geometry;
    if (
      clip.steps !== steps ||
      width !== input.width ||
      height !== input.height ||
      counts.length !== length
    ) {
      throw new TrainingError(
        'BAD_SAMPLE',
        `Sample ${i} is ${clip.steps} frames of ${width}x${height} (${counts.length} counts); the network takes ${steps} of ${input.width}x${input.height} (${length}).`,
      );
    }
    checkCounts(counts, i);
  });
}

/** Counts of clips that no decoder made may be anything. */
function checkCounts(counts: ArrayLike<number>, sample: number): void {
  if (counts instanceof Uint8Array || counts instanceof Uint16Array || counts instanceof Uint32Array) return;
  for (let at = 0; at < counts.length; at++) {
    const value = counts[at]!;
    if (Number.isInteger(value) && value >= 0) continue;
    throw new TrainingError(
      'BAD_SAMPLE',
      `Count ${at} of sample ${sample} is ${value}: counts are whole numbers of at least 0.`,
    );
  }
  throw new TrainingError(
    'BAD_SAMPLE',
    `The counts of sample ${sample} are a ${counts.constructor.name}, not a Uint8Array, Uint16Array or Uint32Array.`,
  );
}
