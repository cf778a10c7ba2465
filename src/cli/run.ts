/** The command line as a function: arguments in, exit code out. */
import process from 'node:process';
import { Command, CommanderError } from 'commander';
import { OptionError, RecordingError, SaccadeError } from '../events/index.ts';
import { commands } from './commands/index.ts';
import { EXIT_CODES } from './exit-codes.ts';
import { Interrupted } from './interrupted.ts';
import { packageVersion } from './version.ts';

/** The program with all commands; throws instead of ending the process. */
export function createProgram(): Command {
  const program = new Command('saccade')
    .description(
      'Event cameras to decisions: decode, bin, train and classify DVS streams with a 1-bit spiking network.',
    )
    .version(packageVersion())
    .showHelpAfterError('(add --help for what is possible)')
    .exitOverride();
  for (const create of commands) program.addCommand(create().exitOverride());
  return program;
}

/** Runs the command line and returns the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  try {
    await createProgram().parseAsync(args, { from: 'user' });
    return typeof process.exitCode === 'number' ? process.exitCode : EXIT_CODES.ok;
  } catch (error) {
    return report(error);
  }
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.ok : EXIT_CODES.usage;
  const write = (text: string): void => void process.stderr.write(`${text}\n`);
  if (process.env['SACCADE_DEBUG'] !== undefined) console.error(error);
  if (error instanceof Interrupted) {
    write(error.message);
    return EXIT_CODES.interrupted;
  }
  if (error instanceof SaccadeError) {
    write(`error ${error.code}: ${error.message}`);
    const fault = error instanceof RecordingError ? error.cause : error;
    return fault instanceof OptionError ? EXIT_CODES.usage : EXIT_CODES.badInput;
  }
  const system = error as NodeJS.ErrnoException;
  if (system.syscall !== undefined) {
    write(`error ${system.code ?? 'SYSTEM'}: ${system.message}`);
    return EXIT_CODES.badInput;
  }
  write(`unexpected error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return EXIT_CODES.unexpected;
}
