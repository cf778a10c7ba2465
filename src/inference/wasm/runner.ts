/** Who runs the phases of a workspace: the calling thread, or workers. */
import type { Kernel } from './kernel.ts';
import type { Phase } from './program.ts';
import { runTask, type NodeTimer } from './run-task.ts';
import type { Scratch } from './scratch.ts';
import type { Workspace } from './workspace.ts';

/** A run of all phases. */
export interface Run {
  readonly workspace: Workspace;
  readonly phases: readonly Phase[];
  readonly step: number;
  readonly slot: number;
  /** Told how long nodes take. */
  readonly timer?: NodeTimer | undefined;
}

/** See the file comment. */
export interface Runner {
  readonly threads: number;
  /** @throws InferenceError when a thread dies. */
  run(run: Run): Promise<void> | void;
  dispose(): void;
}

/** Runs everything at once on the calling thread. */
export class LocalRunner implements Runner {
  readonly threads = 1;
  readonly #kernel: Kernel;
  readonly #scratch: Scratch;

  constructor(kernel: Kernel, scratch: Scratch) {
    this.#kernel = kernel;
    this.#scratch = scratch;
  }

  run({ workspace, phases, step, slot, timer }: Run): void {
    const place = { nodes: workspace.nodes, scratch: this.#scratch.block, thread: 0 };
    for (const phase of phases)
      for (const task of phase) runTask(this.#kernel, place, task, step, slot, timer);
  }

  dispose(): void {
    // Nothing outlives the engine.
  }
}
