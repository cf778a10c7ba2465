/** saccade's own engine as a contestant. */
import { createEngine, type InferenceEngine } from '../../inference/index.ts';
import type { Model } from '../../network/index.ts';
import { recordClip } from './clip-record.ts';
import type { Contestant } from './interleave.ts';
import { meanTime, requireEqualOn, type Workload } from './workload.ts';

/** The name of our rows. */
export const OURS = 'saccade';

/** Runs of ours in a round: it is many times faster than the others, so its times scatter more. */
const REPEATS = 5;

/** The engine runs on the thread that calls it. */
const MOST_THREADS = 1;

/** The numbers of threads to measure: one, and the most that are wanted and that the engine has a use for. */
export function engineThreads(most: number): number[] {
  return [...new Set([1, Math.min(most, MOST_THREADS)])];
}

/** The engine under test. */
export async function openEngine(model: Model): Promise<InferenceEngine> {
  return createEngine(model, { kind: 'wasm' });
}

/**
 * Makes the engine ready and checks it.
 *
 * @throws SaccadeError `ENGINES_DIFFER`
 */
export async function engineContestant(
  workload: Workload,
  threads: number,
  name: string = OURS,
): Promise<Contestant> {
  const { model, clips, mode } = workload;
  const engine = await openEngine(model);
  try {
    await requireEqualOn(`${name} on ${threads} threads`, workload, (clip) => recordClip(engine, clip, mode));
  } catch (error) {
    engine.dispose();
    throw error;
  }
  return {
    name,
    threads,
    run: meanTime(clips, (clip) => engine.runClip(clip, { mode })),
    repeats: REPEATS,
    warmup: REPEATS,
    dispose: () => {
      engine.dispose();
    },
  };
}
