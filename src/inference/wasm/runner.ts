/** Who runs the tasks of a workspace: the calling thread, or workers. */
import type { Kernel } from './kernel.ts';
import type { EngineMemory } from './memory.ts';
import { runTask, type NodeTimer, type RunPlace } from './run-task.ts';
import type { Scratch } from './scratch.ts';

/** See the file comment. One run at a time. */
export interface Runner {
  readonly threads: number;
  /** @throws InferenceError `THREAD_DIED`. */
  run(place: RunPlace, timer?: NodeTimer): Promise<void> | void;
  dispose(): void;
}

/** Runs everything at once on the calling thread. */
export class LocalRunner implements Runner {
  readonly threads = 1;
  readonly #kernel: Kernel;
  readonly #memory: EngineMemory;
  readonly #scratch: Scratch;

  constructor(kernel: Kernel, memory: EngineMemory, scratch: Scratch) {
    this.#kernel = kernel;
    this.#memory = memory;
    this.#scratch = scratch;
  }

  run(place: RunPlace, timer?: NodeTimer): void {
    const thread = { thread: 0, scratch: this.#scratch.block };
    for (let i = 0; i < place.taskCount; i++)
      runTask(this.#kernel, this.#memory.views.u32, place, thread, i, timer);
  }

  dispose(): void {
    // Nothing outlives the engine.
  }
}
