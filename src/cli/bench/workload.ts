/** What every contestant of a round has to compute: a model, clips, and the results that all must agree on. */
import type { FrameClip } from '../../frames/index.ts';
import {
  calibrateThresholds,
  InferenceError,
  sparseClip,
  type InferenceEngine,
  type InferenceMode,
} from '../../inference/index.ts';
import { randomModelOf, type Model, type NetworkDescription } from '../../network/index.ts';
import { firingRate, recordClip, requireEqual, type ClipRecord } from './clip-record.ts';

/** A model with clips. */
export interface Task {
  readonly model: Model;
  readonly clips: readonly FrameClip[];
}

/** A task and its results. */
export interface Workload extends Task {
  readonly mode: InferenceMode;
  readonly expected: readonly ClipRecord[];
  /** Share of firing neurons over all clips. */
  readonly firingRate: number;
}

/** A network with random weights and a clip on which every layer fires at the rate, as its input does. */
export function calibratedTask(network: NetworkDescription, rate: number, seed = 1): Task {
  const clip = sparseClip(network, rate, seed);
  return { model: calibrateThresholds(randomModelOf(network, seed), clip, rate), clips: [clip] };
}

/** Lets an engine say what the results are. @throws InferenceError `NO_CLIPS` */
export async function workloadOf(
  { model, clips }: Task,
  engine: InferenceEngine,
  mode: InferenceMode = 'exact',
): Promise<Workload> {
  if (clips.length === 0)
    throw new InferenceError('NO_CLIPS', 0, 'There is no clip to run: the recordings hold no full window.');
  const expected: ClipRecord[] = [];
  for (const clip of clips) expected.push(await recordClip(engine, clip, mode));
  const rates = expected.map(firingRate);
  return {
    model,
    clips,
    mode,
    expected,
    firingRate: rates.reduce((sum, rate) => sum + rate, 0) / rates.length,
  };
}

/**
 * Runs all clips once and compares.
 *
 * @throws SaccadeError `ENGINES_DIFFER`
 */
export async function requireEqualOn(
  name: string,
  { clips, expected }: Workload,
  record: (clip: FrameClip) => Promise<ClipRecord>,
): Promise<void> {
  for (const [i, clip] of clips.entries()) requireEqual(name, expected[i]!, await record(clip));
}

/** Runs over inputs as one timed run: the mean time per input. */
export function meanTime<T>(
  inputs: readonly T[],
  run: (input: T) => Promise<unknown>,
): () => Promise<readonly number[]> {
  return async () => {
    const started = performance.now();
    for (const input of inputs) await run(input);
    return [(performance.now() - started) / inputs.length];
  };
}
