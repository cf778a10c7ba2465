/** A stopping rule: decide as soon as the first class is far enough ahead of the second. */
import { SeededRandom } from '../events/index.ts';
import { meanInterval, type MeanInterval, type ShareInterval } from './statistics.ts';
import { accuracyAt } from './step-accuracy.ts';
import type { Trajectory } from './trajectories.ts';

/** What a threshold gives on a part of the recordings. */
export interface EarlyOutcome {
  /** `null` where no truth is known. */
  readonly accuracy: ShareInterval | null;
  /** Time steps that were looked at, on average. */
  readonly meanSteps: number;
  /** From the first event of the window to the decision that is acted on. The interval is over recordings. */
  readonly sinceOnsetMs: MeanInterval | null;
}

/** What a rule gives on the part on which it was chosen, and on the other. */
export interface PartOutcomes {
  readonly choice: EarlyOutcome;
  readonly report: EarlyOutcome;
}

/** A threshold and what it gives. */
export interface EarlyPoint extends PartOutcomes {
  readonly threshold: number;
}

/** See {@link chooseStoppingRule}. */
export interface EarlyDecision {
  /** The threshold of the margin, from 0 to 1; `null` where none could be chosen. */
  readonly threshold: number | null;
  /** Why there is none. */
  readonly problem: string | null;
  /** Share of accuracy that may be given up on the choice part. */
  readonly tolerance: number;
  /** Recordings on which the threshold was chosen, and the others, on which it is reported. */
  readonly choiceRecordings: readonly string[];
  readonly reportRecordings: readonly string[];
  /** With the chosen threshold, and with the last step alone. */
  readonly chosen: PartOutcomes | null;
  readonly last: PartOutcomes | null;
  /** Windows of the report part that only one of the two gets right. */
  readonly onlyEarlyRight: number;
  readonly onlyLastRight: number;
  /** The trade between accuracy and time. */
  readonly curve: readonly EarlyPoint[];
}

/** See {@link chooseStoppingRule}. */
export interface StoppingRuleOptions {
  readonly seed: number;
  /** Share of the recordings on which the threshold is chosen. */
  readonly choiceShare: number;
  readonly tolerance: number;
}

/** Thresholds that are tried. */
const THRESHOLDS = Array.from({ length: 101 }, (_, i) => i / 100);
/** Those of the written curve. */
const CURVE = [0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99];

/**
 * Chooses a threshold on one part of the recordings and reports it on the other, which had no say in it. Chosen is the
 * smallest from which on no larger one costs more than `tolerance` of the accuracy that the last step has on the choice
 * part. Recordings are parted class by class, by a seed; all windows of a recording are in one part.
 */
export function chooseStoppingRule(
  trajectories: readonly Trajectory[],
  options: StoppingRuleOptions,
): EarlyDecision {
  const known = trajectories.filter(({ truth }) => truth !== null);
  const inChoice = choiceRecordings(known, options);
  const choice = known.filter(({ recording }) => inChoice.has(recording));
  const report = known.filter(({ recording }) => !inChoice.has(recording));
  const outcomesOf = (threshold: number): PartOutcomes => ({
    choice: outcomeOf(choice, threshold),
    report: outcomeOf(report, threshold),
  });
  const parts = {
    tolerance: options.tolerance,
    choiceRecordings: [...inChoice],
    reportRecordings: [...new Set(report.map(({ recording }) => recording))],
  };
  const nothing = { threshold: null, chosen: null, onlyEarlyRight: 0, onlyLastRight: 0 };
  if (choice.length === 0 || report.length === 0) {
    const problem = known.length === 0 ? 'no truth is known' : 'there are too few recordings for two parts';
    return { ...nothing, problem, ...parts, last: null, curve: [] };
  }
  const last = outcomesOf(Infinity);
  const curve = CURVE.map((threshold) => ({ threshold, ...outcomesOf(threshold) }));
  const threshold = chooseThreshold(choice, options.tolerance);
  if (threshold === null)
    return { ...nothing, problem: 'every threshold costs more than the tolerance', ...parts, last, curve };
  const rightAt = (trajectory: Trajectory, limit: number): boolean =>
    trajectory.steps[stopStep(trajectory, limit)]!.right === true;
  const onlyRight = (limit: number, other: number): number =>
    report.filter((trajectory) => rightAt(trajectory, limit) && !rightAt(trajectory, other)).length;
  return {
    threshold,
    problem: null,
    ...parts,
    chosen: outcomesOf(threshold),
    last,
    onlyEarlyRight: onlyRight(threshold, Infinity),
    onlyLastRight: onlyRight(Infinity, threshold),
    curve,
  };
}

/** The first step whose margin reaches the threshold, else the last. */
export function stopStep({ steps }: Trajectory, threshold: number): number {
  const step = steps.findIndex(({ margin }) => margin >= threshold);
  return step < 0 ? steps.length - 1 : step;
}

function chooseThreshold(choice: readonly Trajectory[], tolerance: number): number | null {
  const accuracyOf = (threshold: number): number =>
    accuracyAt(choice, (trajectory) => stopStep(trajectory, threshold))!.share;
  // Rounding must not cost a threshold.
  const enough = accuracyOf(Infinity) - tolerance - 1e-9;
  let chosen: number | null = null;
  for (const threshold of THRESHOLDS.toReversed()) {
    if (accuracyOf(threshold) < enough) break;
    chosen = threshold;
  }
  return chosen;
}

function outcomeOf(part: readonly Trajectory[], threshold: number): EarlyOutcome {
  const stops = part.map((trajectory) => ({ trajectory, step: stopStep(trajectory, threshold) }));
  const byRecording = new Map<string, number[]>();
  for (const { trajectory, step } of stops) {
    const { recording, steps } = trajectory;
    byRecording.set(recording, [...(byRecording.get(recording) ?? []), steps[step]!.sinceOnsetMs]);
  }
  const means = [...byRecording.values()].map((own) => own.reduce((a, b) => a + b, 0) / own.length);
  return {
    accuracy: accuracyAt(part, (trajectory) => stopStep(trajectory, threshold)),
    meanSteps: stops.reduce((sum, { step }) => sum + step + 1, 0) / Math.max(1, stops.length),
    sinceOnsetMs: meanInterval(means),
  };
}

/** The same share of each class, as far as there are enough. */
function choiceRecordings(
  known: readonly Trajectory[],
  { seed, choiceShare }: StoppingRuleOptions,
): Set<string> {
  const byClass = new Map<string, Set<string>>();
  for (const { recording, truth } of known)
    byClass.set(truth!, (byClass.get(truth!) ?? new Set()).add(recording));
  const random = new SeededRandom(seed);
  const chosen = new Set<string>();
  let [seen, taken] = [0, 0];
  for (const truth of [...byClass.keys()].sort()) {
    for (const recording of random.shuffle([...byClass.get(truth)!].sort())) {
      seen++;
      if (taken >= Math.round(seen * choiceShare)) continue;
      taken++;
      chosen.add(recording);
    }
  }
  return chosen;
}
