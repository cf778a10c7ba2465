/** The command line as a function: arguments in, exit code out. */
import process from 'node:process';
import { Command, CommanderError } from 'commander';
import { commands } from './commands/index.ts';
import { exitCodeOf, failureText } from './failure.ts';
import { EXIT_CODES } from './exit-codes.ts';
import { requireEffects } from './option-effects.ts';
import { printableText } from './printable.ts';
import { packageVersion } from './own-package.ts';

/**
 * The program; throws instead of ending the process. Only the command that `args` name is loaded, the others are their
 * line in the help.
 */
export async function createProgram(args: readonly string[]): Promise<Command> {
  const program = new Command('saccade')
    .description(
      'Event cameras to decisions: decode, bin, train and classify DVS streams with a 1-bit spiking network.',
    )
    .version(packageVersion())
    .hook('preAction', (_, acting) => {
      requireEffects(acting);
    });
  const asked = commandOf(args);
  for (const { name, summary, load } of commands) {
    const command = name === asked ? await load() : new Command(name);
    program.addCommand(command.summary(summary));
  }
  const subcommands = program.commands.flatMap(({ commands: own }) => own);
  for (const command of [program, ...program.commands, ...subcommands]) {
    command
      .showHelpAfterError('(add --help for what is possible)')
      .exitOverride()
      .configureOutput({ writeErr: (text) => process.stderr.write(printableText(text)) });
  }
  return program;
}

/** The command that runs, or whose help is asked for: `saccade inspect …`, `saccade help inspect`. */
function commandOf(args: readonly string[]): string | undefined {
  const [first, second] = args.filter((arg) => !arg.startsWith('-'));
  return first === 'help' ? second : first;
}

/** Runs the command line and returns the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  let program: Command | undefined;
  try {
    program = await createProgram(args);
    await program.parseAsync(args, { from: 'user' });
    return typeof process.exitCode === 'number' ? process.exitCode : EXIT_CODES.ok;
  } catch (error) {
    return report(
      error,
      program?.commands.find((command) => command.name() === commandOf(args)),
    );
  }
}

/** Says on stderr what went wrong, and returns the exit code. */
export function report(error: unknown, command?: Command): number {
  // Commander has said it.
  if (!(error instanceof CommanderError)) {
    if (process.env['SACCADE_DEBUG'] !== undefined) console.error(error);
    process.stderr.write(`${failureText(error, command)}\n`);
  }
  return exitCodeOf(error);
}
