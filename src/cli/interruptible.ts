import process from 'node:process';
import { Interrupted } from './interrupted.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Runs work that Ctrl-C and the end of the session stop in good order: its signal aborts with an `Interrupted`. */
export async function interruptible<T>(
  message: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const abort = new AbortController();
  const interrupt = (): void => {
    abort.abort(new Interrupted(message));
  };
  for (const name of SIGNALS) process.once(name, interrupt);
  try {
    return await work(abort.signal);
  } finally {
    for (const name of SIGNALS) process.removeListener(name, interrupt);
  }
}
