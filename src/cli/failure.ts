/** What an error says to people, and which exit code it is. */
import { CommanderError, type Command } from 'commander';
import { nameRecording, OptionError, RecordingError, SaccadeError } from '../events/index.ts';
import { EXIT_CODES } from './exit-codes.ts';
import { Interrupted } from './interrupted.ts';
import { OutputError } from './output-error.ts';
import { printable, printableText } from './printable.ts';

/** The exit code that an error stands for. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof RecordingError) return exitCodeOf(error.cause);
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.ok : EXIT_CODES.usage;
  if (error instanceof Interrupted) return EXIT_CODES.interrupted;
  if (error instanceof OptionError) return EXIT_CODES.usage;
  if (error instanceof SaccadeError || isSystemError(error)) return EXIT_CODES.badInput;
  return EXIT_CODES.unexpected;
}

/** Whether the input is at fault, not saccade and not the user's wish to stop: other inputs may do better. */
export function isInputFailure(error: unknown): boolean {
  return error instanceof SaccadeError || isSystemError(error);
}

/**
 * The error with the name of the recording that is at fault.
 *
 * @param several whether it must be told from others: an option is then wrong for this one.
 */
export function blame(error: unknown, recording: string, several: boolean): unknown {
  if (error instanceof OutputError || (!several && error instanceof OptionError)) return error;
  return nameRecording(recording, error);
}

/** A failure as a line of JSON. */
export function failureJson(error: unknown, file: string): string {
  const { code, message } = error as SaccadeError;
  return `${JSON.stringify({ file, error: { code, message } })}\n`;
}

/**
 * One message, without control characters.
 *
 * @param command whose flags options are called by: `timeUnit` in code is `--time-unit` there.
 */
export function failureText(error: unknown, command?: Command): string {
  return printableText(text(error, command));
}

function text(error: unknown, command: Command | undefined): string {
  if (error instanceof Interrupted) return error.message;
  if (error instanceof SaccadeError) {
    const saccadeError = error as SaccadeError;
    return `error ${saccadeError.code}: ${saccadeText(saccadeError, command)}`;
  }
  if (isSystemError(error)) {
    const code = error.code ?? 'SYSTEM';
    return `error ${code}: ${error.message.replace(`${code}: `, '')}`;
  }
  const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `unexpected error, a fault of saccade: ${told}`;
}

function saccadeText(error: SaccadeError, command: Command | undefined): string {
  if (error instanceof OptionError) return optionText(error, command);
  if (!(error instanceof RecordingError) || !(error.cause instanceof OptionError)) return error.message;
  return `${printable(error.recording)}: ${optionText(error.cause, command)}`;
}

function optionText({ option, message }: OptionError, command: Command | undefined): string {
  const flag = command?.options.find((known) => known.attributeName() === option)?.long;
  return flag === undefined || flag === null
    ? message
    : message.replace(`Option ${option} `, `Option ${flag} `);
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && (error as NodeJS.ErrnoException).syscall !== undefined;
}
