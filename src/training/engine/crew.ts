/**
 * Who computes: the calling thread, or worker threads that share the memory. Stages give their work as calls of kernels; calls
 * of one task follow one another on one thread, tasks run at the same time up to the next barrier. What a call computes does
 * not depend on who makes it, so the bits are the same for any number of threads.
 */
import { blockBytes, TASK_FIELDS, writeBlock } from '../../inference/wasm/blocks.ts';
import { CALL_BYTES, functionNames, writeCall, type KernelCall } from '../../inference/wasm/run-calls.ts';
import { controlBytes } from '../../inference/wasm/thread-control.ts';
import { ThreadPool } from '../../inference/wasm/thread-pool.ts';
import { kernelModule, type Kernel } from './kernel.ts';
import type { Layout, Space } from './space.ts';

/** An address in what each thread has for itself: that of the first thread. */
export class Own {
  readonly address: number;

  constructor(address: number) {
    this.address = address;
  }
}

/** Arguments of a kernel. */
export type Arguments<Name extends keyof Kernel> = Places<Parameters<Kernel[Name]>>;
type Places<Values extends readonly number[]> = { [Index in keyof Values]: number | Own };

/** See the file comment. */
export interface Crew {
  readonly threads: number;
  /** Adds a call to the task in hand. */
  call<Name extends keyof Kernel>(name: Name, ...values: Arguments<Name>): void;
  /** Tasks, each of the calls that are added by `make`. */
  each(count: number, make: (index: number) => void): void;
  /** What follows begins when everything before is done. */
  barrier(): void;
  /** Until everything is done; results may be read then. @throws InferenceError `THREAD_DIED`, `DISPOSED`. */
  done(): Promise<void> | void;
  /** Drops what was not done. */
  forget(): void;
  dispose(): void;
}

/** Calls that wait to be written at a time, and tasks. */
const MOST_CALLS = 4096;

/** What a crew of several needs in memory. */
export interface CrewPlaces {
  readonly control: number;
  readonly calls: number;
  readonly tasks: number;
}

/** Reserves it, first of all: the fields that threads share are addresses below 2 GiB. */
export function reserveCrew(layout: Layout, threads: number): CrewPlaces | null {
  if (threads === 1) return null;
  return {
    control: layout.reserve(controlBytes(threads)),
    calls: layout.reserve(MOST_CALLS * CALL_BYTES),
    tasks: layout.reserve(MOST_CALLS * blockBytes(TASK_FIELDS)),
  };
}

function resolved(value: number | Own): number {
  return typeof value === 'number' ? value : value.address;
}

/** Makes every call at once. */
export class LocalCrew implements Crew {
  readonly threads = 1;
  readonly #kernel: Kernel;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  call<Name extends keyof Kernel>(name: Name, ...values: Arguments<Name>): void {
    (this.#kernel[name] as (...values: number[]) => unknown)(...(values as (number | Own)[]).map(resolved));
  }

  each(count: number, make: (index: number) => void): void {
    for (let index = 0; index < count; index++) make(index);
  }

  barrier(): void {
    // One call follows the other anyway.
  }

  done(): void {
    // It is.
  }

  forget(): void {
    // There is nothing.
  }

  dispose(): void {
    // Nothing outlives the engine.
  }
}

/** A task, and the number of the phase that it belongs to. */
interface Task {
  readonly calls: KernelCall[];
  readonly phase: number;
}

/** Shares tasks out between threads. The calling thread never waits. */
export class ThreadCrew implements Crew {
  readonly threads: number;
  readonly #space: Space;
  readonly #places: CrewPlaces;
  readonly #pool: ThreadPool;
  readonly #indices: ReadonlyMap<string, number>;
  #tasks: Task[] = [];
  #phase = 0;

  /** @param ownBytes from what one thread has for itself to that of the next one. */
  constructor(space: Space, places: CrewPlaces, threads: number, ownBytes: number) {
    const module = kernelModule(true);
    this.threads = threads;
    this.#space = space;
    this.#places = places;
    this.#indices = new Map(functionNames(module).map((name, index) => [name, index]));
    this.#pool = new ThreadPool({
      memory: space.memory,
      module,
      tasks: 'calls',
      control: places.control,
      scratches: Array.from({ length: threads }, (_, thread) => thread * ownBytes),
    });
  }

  call<Name extends keyof Kernel>(name: Name, ...values: Arguments<Name>): void {
    const own = values as (number | Own)[];
    let mask = 0;
    for (let i = 0; i < own.length; i++) if (typeof own[i] !== 'number') mask |= 1 << i;
    this.#tasks.at(-1)!.calls.push({
      index: this.#indices.get(name)!,
      values: mask === 0 ? (own as number[]) : own.map(resolved),
      own: mask,
    });
  }

  each(count: number, make: (index: number) => void): void {
    for (let index = 0; index < count; index++) {
      this.#tasks.push({ calls: [], phase: this.#phase });
      make(index);
    }
  }

  barrier(): void {
    this.#phase++;
  }

  async done(): Promise<void> {
    const tasks = this.#tasks;
    this.forget();
    for (let first = 0; first < tasks.length;) first = await this.#run(tasks, first);
  }

  /** Runs as many tasks as there is room for; returns the one behind them. */
  async #run(tasks: readonly Task[], first: number): Promise<number> {
    const { calls, tasks: address } = this.#places;
    let [end, firstNode, firstTask] = [first, 0, 0];
    for (; end < tasks.length; end++) {
      const { calls: own, phase } = tasks[end]!;
      if (firstNode + own.length > MOST_CALLS || end - first === MOST_CALLS) break;
      if (end > first && phase !== tasks[end - 1]!.phase) firstTask = end - first;
      const endNode = firstNode + own.length;
      own.forEach((call, i) => {
        writeCall(this.#space, calls + (firstNode + i) * CALL_BYTES, call);
      });
      const at = address + (end - first) * blockBytes(TASK_FIELDS);
      writeBlock(this.#space, at, TASK_FIELDS, { firstNode, endNode, firstTask });
      firstNode = endNode;
    }
    await this.#pool.run({ nodes: calls, tasks: address, taskCount: end - first, step: 0, slot: 0 });
    return end;
  }

  forget(): void {
    this.#tasks = [];
    this.#phase = 0;
  }

  dispose(): void {
    this.#pool.dispose();
  }
}
