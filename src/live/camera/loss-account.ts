/** Counts by reason. */
export class LossAccount {
  readonly #counts: Record<string, number> = {};

  add(reason: string, count: number): void {
    if (count > 0) this.#counts[reason] = (this.#counts[reason] ?? 0) + count;
  }

  addAll(losses: Readonly<Record<string, number>>): void {
    for (const [reason, count] of Object.entries(losses)) this.add(reason, count);
  }

  /** A copy, with others added. */
  with(losses: Readonly<Record<string, number>> = {}): Record<string, number> {
    const sum = new LossAccount();
    sum.addAll(this.#counts);
    sum.addAll(losses);
    return sum.#counts;
  }
}
