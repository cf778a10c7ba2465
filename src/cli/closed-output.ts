/** Who reads standard output may go: most commands end then, a server does not. */
import process from 'node:process';
import { EXIT_CODES } from './exit-codes.ts';

let handler = (): void => {
  process.exit(EXIT_CODES.ok);
};

/** What to do in place of ending the process. */
export function whenOutputCloses(other: () => void): void {
  handler = other;
}

/** Standard output is closed. */
export function outputClosed(): void {
  handler();
}
