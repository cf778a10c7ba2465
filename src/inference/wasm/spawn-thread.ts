/** Starts a worker thread in Node or in a browser. */
import { nodeThreads } from './node-threads.ts';
import type { ThreadPlace } from './run-task.ts';

/** The first message to a thread, and the only one. */
export interface ThreadStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Address of the control block. */
  readonly control: number;
  readonly thread: ThreadPlace;
  readonly tasks: TaskKind;
}

/** What tasks are: nodes of a model's plan, or calls of kernels (`run-calls.ts`). */
export type TaskKind = 'nodes' | 'calls';

/** What a thread says. */
export type ThreadMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly run: number }
  | { readonly kind: 'failed'; readonly run: number; readonly message: string };

/** Who is told of a thread. */
export interface ThreadListener {
  onMessage(message: ThreadMessage): void;
  /** The thread is gone. */
  onDeath(reason: string): void;
}

/** A running thread. */
export interface Thread {
  /** Whether the process waits for it before it ends. */
  keepAlive(keep: boolean): void;
  terminate(): void;
}

/** Starts a thread. It is ready when it says so. */
export function spawnThread(start: ThreadStart, listener: ThreadListener): Thread {
  const node = nodeThreads();
  if (node === undefined) return spawnInBrowser(start, listener);
  // Flags of the process may be none for a worker: --input-type, a loader of TypeScript.
  const worker = new node.Worker(new URL('./thread.js', import.meta.url), { execArgv: [] });
  let gone = false;
  // An error is followed by the exit: one death.
  const die = (reason: string): void => {
    if (!gone) listener.onDeath(reason);
    gone = true;
  };
  worker.on('message', (message: ThreadMessage) => listener.onMessage(message));
  worker.on('error', (error) => die(String(error)));
  worker.on('exit', (code) => die(`exit code ${code}`));
  worker.postMessage(start);
  return {
    keepAlive: (keep) => (keep ? worker.ref() : worker.unref()),
    terminate: () => {
      gone = true;
      void worker.terminate();
    },
  };
}

function spawnInBrowser(start: ThreadStart, listener: ThreadListener): Thread {
  const worker = new Worker(new URL('./thread.js', import.meta.url), { type: 'module' });
  worker.onmessage = ({ data }: MessageEvent<ThreadMessage>) => listener.onMessage(data);
  worker.onerror = ({ message }) => listener.onDeath(message);
  worker.postMessage(start);
  return { keepAlive: () => undefined, terminate: () => worker.terminate() };
}
