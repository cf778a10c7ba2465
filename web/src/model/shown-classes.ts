/** Which classes are listed where there are more than people can read. */

/** Most classes that a list shows. */
export const MOST_CLASSES = 12;

/**
 * Indices of the classes to show: all of them in their order, or the best ones, best first.
 *
 * @param scores of every class; `null` before there are any.
 */
export function shownClasses(count: number, scores: readonly number[] | null): number[] {
  const all = Array.from({ length: count }, (_, i) => i);
  if (count <= MOST_CLASSES) return all;
  return all.sort((a, b) => (scores?.[b] ?? 0) - (scores?.[a] ?? 0) || a - b).slice(0, MOST_CLASSES);
}
