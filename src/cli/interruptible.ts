/** Ctrl-C, the same in all commands: the first stops in good order, the second at once. */
import process from 'node:process';
import { EXIT_CODES } from './exit-codes.ts';
import { Interrupted } from './interrupted.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * Runs work that Ctrl-C and the end of the session stop in good order: its signal aborts with an `Interrupted`. A
 * second one ends the process at once.
 *
 * @param message what is left behind and how to go on; as a function, asked when the work has stopped.
 * @param stopping said at the first Ctrl-C, where good order takes a while: what is still finished.
 */
export async function interruptible<T>(
  message: string | (() => string),
  work: (signal: AbortSignal) => Promise<T>,
  stopping?: string,
): Promise<T> {
  const abort = new AbortController();
  const say = (text: string): void => void process.stderr.write(`\n${text}\n`);
  const interrupt = (): void => {
    if (abort.signal.aborted) {
      say('Ended at once.');
      return process.exit(EXIT_CODES.interrupted);
    }
    if (stopping !== undefined) say(`${stopping} Ctrl-C again ends at once.`);
    abort.abort(new Interrupted(typeof message === 'string' ? message : 'Interrupted.'));
  };
  for (const name of SIGNALS) process.on(name, interrupt);
  try {
    return await work(abort.signal);
  } catch (error) {
    const late = typeof message === 'function' && error === abort.signal.reason;
    throw late ? new Interrupted(message()) : error;
  } finally {
    for (const name of SIGNALS) process.removeListener(name, interrupt);
  }
}

/** What work gives, or the signal's reason at once: work that waits for somebody else may never end. */
export async function orAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  signal.throwIfAborted();
  let stop: () => void;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => {
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', stop);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop!);
  }
}
