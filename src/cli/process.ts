/** The process of the `saccade` command: its streams, faults and end. */
import process from 'node:process';
import { outputClosed } from './closed-output.ts';
import { report, run } from './run.ts';

// A closed pipe (`saccade … | head`) is a reader's right, not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  outputClosed();
});
// Whoever closed it does not want to know.
process.stderr.on('error', () => undefined);

/** Ends the process when everything is printed, whatever is still open: a failure must not wait for a socket or timer. */
async function exit(code: number): Promise<never> {
  const printed = [process.stdout, process.stderr].map(
    (stream) => new Promise<void>((resolve) => stream.write('', () => resolve())),
  );
  await Promise.all(printed);
  process.exit(code);
}

process.on('uncaughtException', (error) => {
  void exit(report(error));
});

/** Runs the command line of this process, and ends it. */
export async function main(): Promise<never> {
  return exit(await run(process.argv.slice(2)));
}
