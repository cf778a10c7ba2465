import type { DescribedLimits } from '../src/live/described-limits.ts';

/** Limits under a title. */
export interface LimitList {
  readonly title: string;
  readonly about: string;
  readonly limits: DescribedLimits;
}

/** How limits are called. */
export interface LimitNames {
  readonly limitFlag: (name: string) => string;
  readonly limitVariable: (name: string) => string;
}

export function limitsPage(lists: readonly LimitList[], names: LimitNames): string;
