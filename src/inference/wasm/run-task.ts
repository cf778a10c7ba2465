/** Runs tasks on the calling thread. */
import { blockBytes, NODE_FIELDS, TASK_FIELDS } from './blocks.ts';
import type { Kernel } from './kernel.ts';

/** What the tasks of a run have in common. */
export interface RunPlace {
  /** Address of the first node's block, and of the first task. */
  readonly nodes: number;
  readonly tasks: number;
  readonly taskCount: number;
  /** The time step, and the slot that its maps are in; a task's own step is added to both. */
  readonly step: number;
  readonly slot: number;
}

/** The thread that runs a task, and its scratch memory. */
export interface ThreadPlace {
  readonly thread: number;
  readonly scratch: number;
}

/** Told how long a node took, in milliseconds. */
export type NodeTimer = (node: number, millis: number) => void;

/** Runs a task of a run. */
export type RunTask = (place: RunPlace, thread: ThreadPlace, index: number) => void;

const NODE_BYTES = blockBytes(NODE_FIELDS);
const TASK_WORDS = TASK_FIELDS.length;
const FIRST_TASK = TASK_FIELDS.indexOf('firstTask');

/** Number of the first task of a task's phase: all before it must be done. */
export function firstTaskOfPhase(words: Uint32Array, { tasks }: RunPlace, index: number): number {
  return words[tasks / 4 + index * TASK_WORDS + FIRST_TASK]!;
}

/** Runs one task. `words` is the memory. */
export function runTask(
  kernel: Kernel,
  words: Uint32Array,
  { nodes, tasks, step, slot }: RunPlace,
  { thread, scratch }: ThreadPlace,
  index: number,
  timer?: NodeTimer,
): void {
  const at = tasks / 4 + index * TASK_WORDS;
  const field = (i: number): number => words[at + i]!;
  const [firstNode, endNode, own] = [field(0), field(1), field(2)];
  const [steps, firstRow, endRow] = [field(3), field(4), field(5)];
  for (let node = firstNode; node < endNode; node++) {
    const started = timer === undefined ? 0 : performance.now();
    kernel.runNode(
      nodes + node * NODE_BYTES,
      scratch,
      thread,
      step + own,
      slot + own,
      steps,
      firstRow,
      endRow,
    );
    timer?.(node, performance.now() - started);
  }
}
