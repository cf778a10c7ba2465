/** Places of named fields in the block of parameters and counts that a kernel shares with what calls it. */

/** The place of each name in an array of numbers, in the order of the kernel's own `Block`, from `first` on. */
export function fieldPlaces<Name extends string>(
  names: readonly Name[],
  first: number,
): Readonly<Record<Name, number>> {
  return Object.fromEntries(names.map((name, i) => [name, first + i])) as Record<Name, number>;
}
