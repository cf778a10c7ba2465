/**
 * Tasks that are calls of kernels, one after the other. A call is a block in memory: which function, and its arguments as
 * float64, which hold addresses, counts and numbers alike. An argument may be an address in what each thread has for itself;
 * then it is moved to that of the thread that runs the call.
 */
import { blockBytes, TASK_FIELDS } from './blocks.ts';
import type { RunPlace, RunTask } from './run-task.ts';

/** Most arguments of a call. */
export const MOST_ARGUMENTS = 14;
/** Words in front of the arguments: the function, how many arguments, which of them are a thread's own (a bit each). */
const HEAD_BYTES = 16;
/** Bytes of a call. */
export const CALL_BYTES: number = HEAD_BYTES + 8 * MOST_ARGUMENTS;

const TASK_WORDS = blockBytes(TASK_FIELDS) / 4;

/** The functions of a module in an order that all threads know. */
export function functionNames(module: WebAssembly.Module): string[] {
  return WebAssembly.Module.exports(module).flatMap(({ kind, name }) => (kind === 'function' ? [name] : []));
}

/** A call, as {@link writeCall} writes it. */
export interface KernelCall {
  /** Place in {@link functionNames}. */
  readonly index: number;
  readonly values: readonly number[];
  /** A bit for each argument that is a thread's own. */
  readonly own: number;
}

/** Writes a call. @param views of the whole memory. */
export function writeCall(
  { u32, f64 }: { readonly u32: Uint32Array; readonly f64: Float64Array },
  address: number,
  { index, values, own }: KernelCall,
): void {
  u32[address / 4] = index;
  u32[address / 4 + 1] = values.length;
  u32[address / 4 + 2] = own;
  const at = (address + HEAD_BYTES) / 8;
  for (let i = 0; i < values.length; i++) f64[at + i] = values[i]!;
}

/** Runs tasks whose nodes are calls. @param exports of the kernels. */
export function callRunner(
  module: WebAssembly.Module,
  exports: WebAssembly.Exports,
  { buffer }: WebAssembly.Memory,
): RunTask {
  const functions = functionNames(module).map((name) => exports[name] as (...values: number[]) => void);
  const [u32, f64] = [new Uint32Array(buffer), new Float64Array(buffer)];
  return ({ nodes, tasks }: RunPlace, { scratch }, index) => {
    const task = tasks / 4 + index * TASK_WORDS;
    for (let call = u32[task]!, end = u32[task + 1]!; call < end; call++) {
      const at = (nodes + call * CALL_BYTES) / 4;
      const [which, count, own] = [u32[at]!, u32[at + 1]!, u32[at + 2]!];
      const first = (4 * at + HEAD_BYTES) / 8;
      const values = Array.from(f64.subarray(first, first + count));
      if (own !== 0) for (let i = 0; i < count; i++) values[i]! += ((own >>> i) & 1) * scratch;
      functions[which]!(...values);
    }
  };
}
