/** How right and how sure decisions are after each time step. */
import { shareInterval, type ShareInterval } from './statistics.ts';
import type { Trajectory } from './trajectories.ts';

/** After a time step. */
export interface StepAccuracy {
  /** From 0. */
  readonly step: number;
  /** Windows. */
  readonly windows: number;
  /** `null` where no truth is known. Windows of one recording are alike: its interval is of as many as there are recordings. */
  readonly accuracy: ShareInterval | null;
  /** Share of windows decided as after the last step. */
  readonly asLast: number;
  /** Means. */
  readonly confidence: number;
  readonly margin: number;
  readonly entropy: number;
}

/** Accuracy and confidence after each time step. */
export function accuracyBySteps(trajectories: readonly Trajectory[], steps: number): StepAccuracy[] {
  const windows = trajectories.length;
  return Array.from({ length: steps }, (_, step) => {
    const own = trajectories.map((trajectory) => trajectory.steps[step]!);
    const mean = (value: (at: (typeof own)[number]) => number): number =>
      own.reduce((sum, at) => sum + value(at), 0) / Math.max(1, windows);
    return {
      step,
      windows,
      accuracy: accuracyAt(trajectories, () => step),
      asLast: trajectories.filter(({ steps: all }) => all[step]!.label === all.at(-1)!.label).length / Math.max(1, windows), // prettier-ignore
      confidence: mean(({ confidence }) => confidence),
      margin: mean(({ margin }) => margin),
      entropy: mean(({ entropy }) => entropy),
    };
  });
}

/** Accuracy where each window is decided after the step that is asked for. */
export function accuracyAt(
  trajectories: readonly Trajectory[],
  stepOf: (trajectory: Trajectory) => number,
): ShareInterval | null {
  const known = trajectories.filter(({ truth }) => truth !== null);
  const right = known.filter((trajectory) => trajectory.steps[stepOf(trajectory)]!.right).length;
  return shareInterval(right, known.length, new Set(known.map(({ recording }) => recording)).size);
}
