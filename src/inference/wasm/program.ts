/** The order of work in a workspace: tasks of a phase may run at the same time, phases one after the other. */
import { blockBytes, TASK_FIELDS, writeBlock } from './blocks.ts';
import type { EngineMemory } from './memory.ts';
import type { Plan, PlanNode } from './plan.ts';
import type { Workspace } from './workspace.ts';

/** Nodes over some output rows and time steps, one node after the other. */
export interface Task {
  readonly firstNode: number;
  readonly endNode: number;
  /** Added to the step and to the slot of the run. */
  readonly step: number;
  readonly steps: number;
  readonly firstRow: number;
  /** Beyond the last row: all there are. */
  readonly endRow: number;
}

/** See the file comment. */
export type Phase = readonly Task[];

/** All rows of any map. */
const ALL_ROWS = 0xffff_ffff;
/** Threads take more than one piece each, so that a late one holds nobody up for long. */
const PIECES_PER_THREAD = 2;

/** The phases of a workspace. */
export function phasesOf(workspace: Workspace, plan: Plan): Phase[] {
  const { nodes } = plan;
  const { options } = workspace;
  if (options.kind === 'stream') {
    return options.threads === 1
      ? [[task({ firstNode: 0, endNode: nodes.length })]]
      : nodes.map((_, i) => byRows(plan, i, 1, options.threads));
  }
  const phases: Phase[] = [];
  let firstNode = 0;
  nodes.forEach((node, i) => {
    if (workspace.remembering.has(node)) {
      phases.push(...bySteps(firstNode, i, workspace), byRows(plan, i, workspace.slots, options.threads));
      firstNode = i + 1;
    }
  });
  phases.push(...bySteps(firstNode, nodes.length, workspace));
  return phases;
}

function task(parts: Partial<Task>): Task {
  return { firstNode: 0, endNode: 0, step: 0, steps: 1, firstRow: 0, endRow: ALL_ROWS, ...parts };
}

/**
 * Nodes that remember nothing: every step is a task of its own. One thread goes layer by layer, which keeps the weights
 * in the cache; several go step by step, which needs no barrier between the layers.
 */
function bySteps(firstNode: number, endNode: number, { slots, options }: Workspace): Phase[] {
  if (firstNode === endNode) return [];
  const steps = Array.from({ length: slots }, (_, step) => step);
  if (options.threads > 1) return [steps.map((step) => task({ firstNode, endNode, step }))];
  return Array.from({ length: endNode - firstNode }, (_, i) =>
    steps.map((step) => task({ firstNode: firstNode + i, endNode: firstNode + i + 1, step })),
  );
}

/** A node cut into bands of rows. A read-out is one piece. */
function byRows({ maps, nodes }: Plan, index: number, steps: number, threads: number): Phase {
  const node: PlanNode = nodes[index]!;
  const whole = { firstNode: index, endNode: index + 1, steps };
  if (threads === 1 || node.op === 'linear') return [task(whole)];
  const [height] = maps[node.out]!.shape;
  const rows = Math.max(1, Math.ceil(height / (PIECES_PER_THREAD * threads)));
  return Array.from({ length: Math.ceil(height / rows) }, (_, i) =>
    task({ ...whole, firstRow: i * rows, endRow: (i + 1) * rows }),
  );
}

/** Tasks in memory, where every thread can read them. */
export interface Program {
  readonly tasks: number;
  readonly taskCount: number;
}

/** Bytes of some phases in memory. */
export function programBytes(phases: readonly Phase[]): number {
  return blockBytes(TASK_FIELDS) * phases.reduce((sum, phase) => sum + phase.length, 0);
}

/** Writes phases to `tasks`. */
export function writeProgram({ views }: EngineMemory, phases: readonly Phase[], tasks: number): Program {
  let taskCount = 0;
  for (const phase of phases) {
    const firstTask = taskCount;
    for (const own of phase) {
      writeBlock(views, tasks + taskCount * blockBytes(TASK_FIELDS), TASK_FIELDS, { ...own, firstTask });
      taskCount++;
    }
  }
  return { tasks, taskCount };
}
