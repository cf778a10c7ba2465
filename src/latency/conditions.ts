/** What is varied, and in which order it is run. */
import { OptionError, SeededRandom } from '../events/index.ts';
import type { Model } from '../network/index.ts';
import type { BufferPolicy } from '../pipeline/index.ts';
import type { Settings } from './measurement.ts';

/** Values of each setting; all combinations are conditions. */
export interface Sweep {
  readonly rate: readonly number[];
  readonly cameras: readonly number[];
  readonly policy: readonly BufferPolicy[];
  readonly threads: readonly (number | null)[];
  readonly windowMs: readonly (number | null)[];
}

/** All combinations, in order. */
export function conditionsOf({ rate, cameras, policy, threads, windowMs }: Sweep): Settings[] {
  return rate.flatMap((r) =>
    cameras.flatMap((c) =>
      policy.flatMap((p) =>
        threads.flatMap((t) =>
          windowMs.map((w) => ({ rate: r, cameras: c, policy: p, threads: t, windowMs: w })),
        ),
      ),
    ),
  );
}

/**
 * The order of runs: each repeat goes through all conditions in an order of its own, so that what changes on the machine
 * meanwhile does not fall on one of them.
 */
export function runOrder(
  conditions: number,
  repeats: number,
  seed: number,
): { condition: number; repeat: number }[] {
  const all = Array.from({ length: conditions }, (_, i) => i);
  return Array.from({ length: repeats }, (_, repeat) =>
    new SeededRandom(seed, repeat).shuffle(all).map((condition) => ({ condition, repeat })),
  ).flat();
}

/** The model's window in milliseconds, `null` where it has no duration. */
export function windowMsOf({ input: { binning } }: Pick<Model, 'input'>): number | null {
  return binning.by === 'fixed-duration' ? (binning.stepMicros * binning.steps) / 1000 : null;
}

/** The model with another window: steps of another duration. @throws OptionError */
export function withWindow(model: Model, windowMs: number | null): Model {
  const { binning } = model.input;
  if (windowMs === null || windowMs === windowMsOf(model)) return model;
  if (binning.by !== 'fixed-duration')
    throw new OptionError('window', 'cannot be set: the model has windows without a fixed duration');
  const stepMicros = (1000 * windowMs) / binning.steps;
  if (!Number.isInteger(stepMicros) || stepMicros < 1) {
    const problem = `must be a whole number of microseconds in each of ${binning.steps} steps, got ${windowMs} ms`;
    throw new OptionError('window', problem);
  }
  // Windows go on to overlap by the same share.
  const stride = binning.strideMicros;
  const strideMicros =
    stride === undefined ? {} : { strideMicros: (stride * stepMicros) / binning.stepMicros };
  return { ...model, input: { ...model.input, binning: { ...binning, stepMicros, ...strideMicros } } };
}
