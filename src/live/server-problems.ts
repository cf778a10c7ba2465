/** What is wrong with a server that goes on all the same. */

/** One problem, said once however often it is met. */
export interface ServerProblem {
  /** Short and stable, for machines: `stdout-closed`. */
  readonly code: string;
  /** For people. */
  readonly text: string;
  /** When it began, ISO 8601. */
  readonly since: string;
  /** How often it was met. */
  readonly count: number;
}

/** More kinds than there are: a fault in a code must not fill the memory. */
const MAX_PROBLEMS = 32;

/**
 * Push class: whoever meets a problem notes it, and clears it when it is over; `/healthz` and metrics show what is there.
 *
 * @example
 * ```ts
 * import { ServerProblems } from 'saccade/live';
 * const problems = new ServerProblems();
 * problems.note('disk-full', 'The record cannot be written: no space is left.');
 * problems.note('disk-full', 'The record cannot be written: no space is left.');
 * console.log(problems.list.map(({ code, count }) => [code, count])); // [['disk-full', 2]]
 * problems.clear('disk-full');
 * console.log(problems.list); // []
 * ```
 */
export class ServerProblems {
  readonly #problems = new Map<string, ServerProblem>();

  /** What is wrong now, the oldest first. */
  get list(): readonly ServerProblem[] {
    return [...this.#problems.values()];
  }

  /** @returns whether it is new: time for a line in the log. */
  note(code: string, text: string): boolean {
    const known = this.#problems.get(code);
    if (known === undefined && this.#problems.size >= MAX_PROBLEMS) return false;
    const { since, count } = known ?? { since: new Date().toISOString(), count: 0 };
    this.#problems.set(code, { code, text, since, count: count + 1 });
    return known === undefined;
  }

  /** It is over. */
  clear(code: string): void {
    this.#problems.delete(code);
  }
}
