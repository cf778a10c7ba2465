/**
 * How threads share a run. Tasks are claimed in order from one counter; a task begins when all tasks of the phases
 * before its own are done, so there is no other barrier. The claim carries the number of the run: a thread that comes
 * late from the run before takes nothing from the next.
 */
import { firstTaskOfPhase, type RunPlace, type RunTask, type ThreadPlace } from './run-task.ts';

/** 32-bit words of the control block; one more for each thread says that it is at work. */
export const CONTROL = {
  run: 0,
  claim: 1,
  done: 2,
  aborted: 3,
  nodes: 4,
  tasks: 5,
  taskCount: 6,
  step: 7,
  slot: 8,
  busy: 9,
} as const;

/** Bytes of the control block. */
export function controlBytes(threads: number): number {
  return 4 * (CONTROL.busy + threads);
}

/** A claim: the run's number above, the next task below. */
const TASK_BITS = 20;
/** Most tasks of a run. */
export const MAX_TASKS: number = 2 ** TASK_BITS - 1;
const RUN_MASK = 2 ** (32 - TASK_BITS) - 1;

/** Looks at a counter before a thread goes to sleep. */
const SPINS = 2000;
/** A thread that sleeps looks up this often, in milliseconds, in case that it was forgotten. */
const SLEEP_MS = 1000;

function claimBase(run: number): number {
  return ((run & RUN_MASK) << TASK_BITS) | 0;
}

/** Starts a run; returns its number. */
export function startRun(words: Int32Array, place: RunPlace): number {
  const run = Atomics.load(words, CONTROL.run) + 1;
  // A thread may still be on its way into the run before: no claim of it succeeds while the fields change.
  Atomics.store(words, CONTROL.claim, claimBase(run) | MAX_TASKS);
  for (const field of ['nodes', 'tasks', 'taskCount', 'step', 'slot'] as const)
    Atomics.store(words, CONTROL[field], place[field]);
  Atomics.store(words, CONTROL.done, 0);
  Atomics.store(words, CONTROL.aborted, 0);
  Atomics.store(words, CONTROL.claim, claimBase(run));
  Atomics.store(words, CONTROL.run, run);
  Atomics.notify(words, CONTROL.run);
  return run;
}

/** Ends a run early: no task begins any more. */
export function abortRun(words: Int32Array): void {
  Atomics.store(words, CONTROL.aborted, 1);
  Atomics.notify(words, CONTROL.done);
}

/** Waits for the run after `run`; returns its number. */
export function waitForRun(words: Int32Array, run: number): number {
  Atomics.wait(words, CONTROL.run, run, SLEEP_MS);
  return Atomics.load(words, CONTROL.run);
}

/**
 * Takes part in a run until no task is left. `words` begin at the control block, `memory` at address 0.
 *
 * @returns whether this thread did the last task.
 */
export function takePart(
  runTask: RunTask,
  words: Int32Array,
  memory: Uint32Array,
  thread: ThreadPlace,
  run: number,
): boolean {
  const busy = CONTROL.busy + thread.thread;
  Atomics.store(words, busy, 1);
  try {
    let last = false;
    for (let task = claim(words, run); task >= 0; task = claim(words, run)) {
      const place = readPlace(words);
      if (!waitForPhase(words, firstTaskOfPhase(memory, place, task))) return false;
      runTask(place, thread, task);
      const done = Atomics.add(words, CONTROL.done, 1) + 1;
      Atomics.notify(words, CONTROL.done);
      last = done === place.taskCount;
    }
    return last;
  } finally {
    Atomics.store(words, busy, 0);
  }
}

/** The next task of a run, -1 if there is none or another run has begun. */
function claim(words: Int32Array, run: number): number {
  for (;;) {
    const next = Atomics.load(words, CONTROL.claim);
    const task = (next - claimBase(run)) | 0;
    if (
      task < 0 ||
      task >= Atomics.load(words, CONTROL.taskCount) ||
      Atomics.load(words, CONTROL.aborted) === 1
    )
      return -1;
    if (Atomics.compareExchange(words, CONTROL.claim, next, next + 1) === next) return task;
  }
}

function readPlace(words: Int32Array): RunPlace {
  const field = (name: keyof RunPlace): number => Atomics.load(words, CONTROL[name]);
  return {
    nodes: field('nodes'),
    tasks: field('tasks'),
    taskCount: field('taskCount'),
    step: field('step'),
    slot: field('slot'),
  };
}

/** Waits until so many tasks are done: a while awake, then asleep. `false` if the run was aborted. */
function waitForPhase(words: Int32Array, tasks: number): boolean {
  for (let spins = 0; ; spins++) {
    if (Atomics.load(words, CONTROL.aborted) === 1) return false;
    const done = Atomics.load(words, CONTROL.done);
    if (done >= tasks) return true;
    if (spins > SPINS) Atomics.wait(words, CONTROL.done, done, SLEEP_MS);
  }
}
