/** Names of jobs and groups: parts of subjects, and limits. */
import { OptionError } from '../events/index.ts';

const NAME = /^[\w-]{1,128}$/;

/** @throws OptionError for what is no name. */
export function checkedName(option: string, name: string): string {
  if (NAME.test(name)) return name;
  throw new OptionError(
    option,
    `must be 1 to 128 of A-Z a-z 0-9 _ -, got ${JSON.stringify(name.slice(0, 140))}`,
  );
}

/** What is said of a job that nobody answered for. */
export function unanswered(deliveries: number): string {
  return `${deliveries} ${deliveries === 1 ? 'worker' : 'workers'} took it, and ended or lost touch before an answer`;
}
