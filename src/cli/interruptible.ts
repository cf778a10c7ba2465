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
