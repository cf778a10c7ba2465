/** Runs the tasks of a workspace on worker threads; one that dies is replaced. */
import { InferenceError } from '../errors.ts';
import type { NodeTimer, RunPlace } from './run-task.ts';
import type { Runner } from './runner.ts';
import { spawnThread, type TaskKind, type Thread, type ThreadMessage } from './spawn-thread.ts';
import { abortRun, CONTROL, MAX_TASKS, startRun } from './thread-control.ts';

/** How often to look whether threads have left an aborted run, in milliseconds. */
const SETTLE_MS = 1;

type Reject = (error: Error) => void;

interface Pending {
  readonly run: number;
  readonly resolve: () => void;
  readonly reject: Reject;
}

/** What threads work on. */
export interface PoolPlace {
  /** Shared. */
  readonly memory: WebAssembly.Memory;
  readonly module: WebAssembly.Module;
  readonly tasks: TaskKind;
  /** Address of the control block, of `controlBytes`. */
  readonly control: number;
  /** What each thread has for itself: an address, or how far it is from the first thread's. */
  readonly scratches: readonly number[];
}

/** See the file comment. The calling thread never waits, so it may be a page's main thread. */
export class ThreadPool implements Runner {
  readonly threads: number;
  readonly #place: PoolPlace;
  readonly #words: Int32Array;
  readonly #workers: (Thread | undefined)[];
  /** Everybody who waits for threads: disposing ends that. */
  readonly #waiting = new Set<Reject>();
  #pending: Pending | undefined;
  #disposed = false;

  constructor(place: PoolPlace) {
    const { memory, control, scratches } = place;
    this.threads = scratches.length;
    this.#place = place;
    this.#words = new Int32Array(memory.buffer, control);
    this.#workers = scratches.map(() => undefined);
  }

  /** Starts all threads; resolves when they are ready. @throws InferenceError `THREAD_DIED`. */
  async start(): Promise<void> {
    await Promise.all(this.#workers.map((_, thread) => this.#spawn(thread)));
  }

  async run(place: RunPlace, timer?: NodeTimer): Promise<void> {
    if (place.taskCount > MAX_TASKS)
      throw new InferenceError(
        'UNSUPPORTED_MODEL',
        place.step,
        `${place.taskCount} tasks are too many for threads.`,
      );
    const started = performance.now();
    await this.#replaceTheDead();
    for (const worker of this.#workers) worker?.keepAlive(true);
    try {
      await this.#untilDisposed((resolve, reject) => {
        this.#pending = { run: startRun(this.#words, place), resolve, reject };
      });
    } catch (error) {
      // Nobody may touch the memory while a thread still works on what was given up.
      await this.#settle();
      throw error;
    } finally {
      this.#pending = undefined;
      for (const worker of this.#workers) worker?.keepAlive(false);
    }
    // Threads are not told apart: the whole run is the time of its last node.
    timer?.(-1, performance.now() - started);
  }

  dispose(): void {
    this.#disposed = true;
    abortRun(this.#words);
    for (const worker of this.#workers) worker?.terminate();
    for (const reject of this.#waiting) reject(disposed());
  }

  async #untilDisposed(start: (resolve: () => void, reject: Reject) => void): Promise<void> {
    if (this.#disposed) throw disposed();
    let own: Reject | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        own = reject;
        this.#waiting.add(reject);
        start(resolve, reject);
      });
    } finally {
      this.#waiting.delete(own!);
    }
  }

  async #replaceTheDead(): Promise<void> {
    const dead = (): number[] =>
      this.#workers.flatMap((worker, thread) => (worker === undefined ? [thread] : []));
    for (let lost = dead(); lost.length > 0; lost = dead())
      await Promise.all(lost.map(async (thread) => this.#spawn(thread)));
  }

  /** After an aborted run: waits until no thread is at work any more. */
  async #settle(): Promise<void> {
    const busy = (): boolean =>
      this.#workers.some((_, thread) => Atomics.load(this.#words, CONTROL.busy + thread) === 1);
    while (!this.#disposed && busy()) await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  }

  async #spawn(thread: number): Promise<void> {
    await this.#untilDisposed((resolve, reject) => {
      const { scratches, ...place } = this.#place;
      const start = { ...place, thread: { thread, scratch: scratches[thread]! } };
      this.#workers[thread] = spawnThread(start, {
        onMessage: (message) => {
          if (message.kind === 'ready') {
            this.#workers[thread]?.keepAlive(false);
            resolve();
          } else this.#onMessage(message);
        },
        onDeath: (reason) => {
          const error = new InferenceError('THREAD_DIED', 0, `A thread of the engine died: ${reason}.`);
          reject(error);
          this.#onDeath(thread, error);
        },
      });
    });
  }

  #onMessage(message: ThreadMessage): void {
    const pending = this.#pending;
    if (message.kind === 'ready' || message.run !== pending?.run) return;
    if (message.kind === 'done') pending.resolve();
    else {
      abortRun(this.#words);
      pending.reject(
        new InferenceError('THREAD_DIED', 0, `A thread of the engine failed: ${message.message}.`),
      );
    }
  }

  #onDeath(thread: number, error: InferenceError): void {
    this.#workers[thread] = undefined;
    Atomics.store(this.#words, CONTROL.busy + thread, 0);
    abortRun(this.#words);
    this.#pending?.reject(error);
  }
}

function disposed(): InferenceError {
  return new InferenceError('DISPOSED', 0, 'The engine was disposed.');
}
