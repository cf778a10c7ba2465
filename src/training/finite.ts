/** Tells numbers from what is left of them when training diverges. */
import type { LearnerState } from './learner.ts';

/** A step that cannot count: the loop goes back. */
export class NotFinite extends Error {
  override readonly name = 'NotFinite';
  readonly batch: number;

  constructor(batch: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.batch = batch;
  }
}

/** What is not finite in a state; `null` where all is well. */
export function notFiniteIn({ parameters, optimiser }: LearnerState): string | null {
  for (const [id, own] of Object.entries(parameters)) {
    for (const [name, values] of Object.entries(own)) {
      const at = values.findIndex((value) => !Number.isFinite(value));
      if (at >= 0) return `number ${at} of ${id}.${name} is ${values[at]!}`;
    }
  }
  const moment = optimiser.moments.findIndex((values) => !values.every(Number.isFinite));
  return moment < 0 ? null : `moment ${moment} of the optimiser is not finite`;
}
