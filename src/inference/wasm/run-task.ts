/** Runs tasks on the calling thread. */
import { blockBytes, NODE_FIELDS } from './blocks.ts';
import type { Kernel } from './kernel.ts';
import type { Task } from './program.ts';

/** Where a thread finds what it needs. */
export interface TaskPlace {
  /** Address of the first node's block. */
  readonly nodes: number;
  /** Address of the thread's scratch block. */
  readonly scratch: number;
  readonly thread: number;
}

/** Told how long a node took, in milliseconds. */
export type NodeTimer = (node: number, millis: number) => void;

/**
 * Runs one task.
 *
 * @param step of the run; a task's own is added to it.
 * @param slot where the maps of the run's step are.
 */
export function runTask(
  kernel: Kernel,
  { nodes, scratch, thread }: TaskPlace,
  { firstNode, endNode, step: own, steps, firstRow, endRow }: Task,
  step: number,
  slot: number,
  timer?: NodeTimer,
): void {
  for (let node = firstNode; node < endNode; node++) {
    const started = timer === undefined ? 0 : performance.now();
    const block = nodes + node * blockBytes(NODE_FIELDS);
    kernel.runNode(block, scratch, thread, step + own, slot + own, steps, firstRow, endRow);
    timer?.(node, performance.now() - started);
  }
}
