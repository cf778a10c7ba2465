/** `--time`: how much of it is left for training. */
import type { LabelledClips } from '../../../datasets/index.ts';
import { OptionError } from '../../events/index.ts';
import { createEngine } from '../../inference/index.ts';
import { randomModelOf, type NetworkDescription } from '../../network/index.ts';

/** The measurement at the end may take so much of all. */
const MOST_SHARE = 0.25;
/** Making engines, folding, writing files: what clips do not pay for. */
const FIXED_MILLIS = 400;
/** A trained network may fire more than the random one that is timed. */
const MARGIN = 1.5;
const TRIAL_MILLIS = 250;

/** What is run after training, and how often. */
export interface Measurement {
  readonly clips: LabelledClips['clips'];
  readonly runs: number;
}

/** Milliseconds that a clip takes in the inference engine. */
async function millisOfClip(network: NetworkDescription, clips: LabelledClips['clips']): Promise<number> {
  const engine = await createEngine(randomModelOf(network, 1));
  const started = performance.now();
  let done = 0;
  for (const { clip } of clips) {
    await engine.runClip(clip);
    done++;
    if (performance.now() - started > TRIAL_MILLIS) break;
  }
  engine.dispose();
  return (performance.now() - started) / done;
}

/**
 * Milliseconds for training: what is left since the process began, less what measuring at its end will take.
 *
 * @throws OptionError if reading took all of it.
 */
export async function trainingMillis(
  timeMillis: number,
  network: NetworkDescription,
  measurements: readonly Measurement[],
): Promise<number> {
  let reserve = FIXED_MILLIS;
  for (const { clips, runs } of measurements) {
    if (clips.length > 0) reserve += MARGIN * runs * clips.length * (await millisOfClip(network, clips));
  }
  const left = timeMillis - performance.now() - Math.min(reserve, MOST_SHARE * timeMillis);
  if (left > 0) return left;
  throw new OptionError(
    'time',
    `is over before training begins: reading took ${(performance.now() / 1000).toFixed(1)} s. Give more.`,
  );
}
