/** Which backends are there, how fast, and why the rest is not. */
import { from, lastValueFrom } from 'rxjs';
import { collectSamples } from '../../../operators/index.ts';
import { SaccadeError } from '../../events/index.ts';
import { sparseClip } from '../../inference/index.ts';
import { architectures } from '../../network/index.ts';
import type { LearnerFactory } from '../learner.ts';
import type { TrainingPlan } from '../plan.ts';
import { edeSlope } from '../schedule.ts';
import { selectBackend } from './select-backend.ts';

/** What {@link probeBackends} found of a backend. */
export interface BackendProbe {
  readonly name: string;
  /** Training clips a second in its median step, `null` where it is not there. */
  readonly clipsPerSecond: number | null;
  /** What runs, or why it does not. */
  readonly reason: string;
}

const BATCH = 16;
/** A batch of events that is like N-MNIST's. */
const DENSITY = 0.1;

/** What is trained: the default network on small frames. */
export const PROBE_WORKLOAD = 'the compact network on 17x17, 10 steps, batches of 16';

function probePlan(): TrainingPlan {
  const classes = Array.from({ length: 10 }, (_, i) => String(i));
  const size = { steps: 10, width: 17, height: 17, classes };
  const network = architectures[0]!.describe({ ...size, neuron: { kind: 'mfp', structure: 'full' } });
  return {
    network,
    epochs: 1,
    batchSize: BATCH,
    learningRate: 1e-3,
    seed: 1,
    tetLambda: 1e-3,
    maxShift: 0,
    data: 'probe',
  };
}

/** All backends but TensorFlow.js's plain one, which a step takes seconds on. */
const BACKENDS = ['engine', 'node', 'wasm', 'webgpu'] as const;

/**
 * Starts every backend in turn and trains {@link PROBE_WORKLOAD} on it.
 *
 * @param millis of steps for each backend; the first step, which compiles, comes on top.
 *
 * @example
 * ```ts
 * import { probeBackends } from 'saccade/training';
 * const [engine] = await probeBackends(1);
 * console.log(engine!.name, engine!.clipsPerSecond! > 0); // engine true
 * ```
 */
export async function probeBackends(millis: number): Promise<BackendProbe[]> {
  const probes: BackendProbe[] = [];
  for (const name of BACKENDS) {
    try {
      const plan = probePlan();
      const { learner, reason } = await selectBackend({ prefer: name, network: plan.network });
      probes.push({ name, clipsPerSecond: await clipsPerSecond(plan, learner, millis), reason });
    } catch (error) {
      if (!(error instanceof SaccadeError)) throw error;
      probes.push({ name, clipsPerSecond: null, reason: error.message });
    }
  }
  return probes;
}

async function clipsPerSecond(plan: TrainingPlan, create: LearnerFactory, millis: number): Promise<number> {
  const samples = Array.from({ length: BATCH }, (_, i) => ({
    clip: sparseClip(plan.network, DENSITY, i),
    label: i % plan.network.classes.length,
  }));
  const batch = await lastValueFrom(from(samples).pipe(collectSamples({ batchSize: BATCH })));
  const learner = create(plan);
  const settings = { rate: plan.learningRate, ede: edeSlope(0, 1) };
  const times: number[] = [];
  try {
    await learner.step(batch, settings);
    const end = performance.now() + millis;
    do {
      const begun = performance.now();
      await learner.step(batch, settings);
      times.push(performance.now() - begun);
    } while (performance.now() < end);
  } finally {
    learner.dispose();
  }
  const median = times.toSorted((a, b) => a - b)[times.length >> 1]!;
  return (1000 * BATCH) / median;
}
