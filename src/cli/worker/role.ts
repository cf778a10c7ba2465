/** What a worker can do: one file each, and a line in `roles.ts`. */
import type { Command } from 'commander';

/** See the file comment. */
export interface WorkerRole {
  /** Its flag, as an attribute: `jobs` is `--jobs`. A role that needs a value has it there. */
  readonly name: string;
  /** `<file>` */
  readonly value?: string;
  readonly summary: string;
  /** Adds what only this role needs. */
  readonly addOptions: (command: Command) => void;
  /** Works until a signal ends it. */
  run(flags: unknown): Promise<void>;
}
