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

/** The engine under test, and no other in its place. */
export function openOurs(model: Model, threads: number): Promise<InferenceEngine> {
  return createEngine(model, { kind: 'wasm', threads });
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
  const engine = await openOurs(model, threads);
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
