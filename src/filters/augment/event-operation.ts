/** What an augmentation does to the events of a recording: it draws a filter. */
import type { SeededRandom } from '../../events/index.ts';
import type { FilterRequest } from '../filter-spec.ts';
import type { DescribedOperation } from './operation.ts';

/**
 * One kind of change. Whatever changes events is a filter already (`src/filters/filters`): an operation only draws which one, with
 * all its options. What was drawn is plain data, which says again what was done, and comes in front of the frames where
 * filters are.
 */
export interface EventOperation extends DescribedOperation {
  /** @returns `null` where nothing changes. */
  draw(amount: number, random: SeededRandom): FilterRequest | null;
}

/** Seeds of filters. */
export function drawSeed(random: SeededRandom): number {
  return random.integer(2 ** 31);
}
