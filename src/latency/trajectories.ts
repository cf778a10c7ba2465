/** What was decided about each window, step by step: the same in every run, as decisions are exact. */
import type { LatencySample } from './measurement.ts';

/** After a time step. */
export interface TrajectoryStep {
  readonly label: string;
  readonly right: boolean | null;
  /** Score of the first class, and how far it is ahead of the second. */
  readonly confidence: number;
  readonly margin: number;
  /** Of the scores, bits. */
  readonly entropy: number;
  /** From the first event of the window to this decision: the mean over all runs and cameras. */
  readonly sinceOnsetMs: number;
}

/** A window of a recording. */
export interface Trajectory {
  readonly recording: string;
  readonly window: number;
  /** `null` where it is not known, or no class of the model. */
  readonly truth: string | null;
  readonly steps: readonly TrajectoryStep[];
}

/** See {@link trajectoriesOf}. */
export interface Trajectories {
  readonly trajectories: readonly Trajectory[];
  /** Times that a window was decided otherwise than before: none, unless the system is not exact. */
  readonly disagreements: number;
}

/**
 * Windows of which every step was decided, each once, however often it was measured: decisions about the same events are
 * no independent samples.
 *
 * @param runs samples of each run; those of warm-ups are passed over.
 */
export function trajectoriesOf(
  runs: readonly (readonly LatencySample[])[],
  steps: number,
  classes: readonly string[],
): Trajectories {
  const windows = new Map<string, LatencySample[][]>();
  for (const samples of runs) {
    for (const seen of wholeWindows(samples, steps)) {
      const key = JSON.stringify([seen[0]!.recording, seen[0]!.window]);
      const others = windows.get(key);
      if (others === undefined) windows.set(key, [seen]);
      else others.push(seen);
    }
  }
  const known = new Set(classes);
  let disagreements = 0;
  const trajectories: Trajectory[] = [];
  for (const seen of windows.values()) {
    const [first] = seen as [LatencySample[]];
    disagreements += seen.filter((other) => other.some(({ label }, i) => label !== first[i]!.label)).length;
    const { recording, window, truth: stated } = first[0]!;
    const truth = stated !== null && known.has(stated) ? stated : null;
    trajectories.push({
      recording,
      window,
      truth,
      steps: first.map(({ label, scores }, i) => ({
        label,
        right: truth === null ? null : label === truth,
        ...scoreFeatures(scores),
        sinceOnsetMs: seen.reduce((sum, other) => sum + other[i]!.sinceOnsetMs, 0) / seen.length,
      })),
    });
  }
  return { trajectories, disagreements };
}

/** The windows of a run with all their steps, in order. */
function wholeWindows(samples: readonly LatencySample[], steps: number): LatencySample[][] {
  const windows = new Map<string, LatencySample[]>();
  for (const sample of samples) {
    if (sample.warmup) continue;
    const key = `${sample.camera} ${sample.index} ${sample.window}`;
    const own = windows.get(key);
    if (own === undefined) windows.set(key, [sample]);
    else own.push(sample);
  }
  return [...windows.values()].filter(
    (own) => own.length === steps && own.every(({ step }, i) => step === i),
  );
}

/** How sure scores are. */
export function scoreFeatures(scores: readonly number[]): {
  readonly confidence: number;
  readonly margin: number;
  readonly entropy: number;
} {
  const [first = 0, second = 0] = [...scores].sort((a, b) => b - a);
  const entropy = scores.reduce((sum, p) => (p > 0 ? sum - p * Math.log2(p) : sum), 0);
  return { confidence: first, margin: first - second, entropy };
}
