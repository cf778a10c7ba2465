/** Node's worker threads, without an import that bundlers for browsers would follow. */
import { nodeBuiltin } from '../../events/node-builtin.ts';

/** What is used of a port, and of `node:worker_threads`. */
export interface NodePort {
  postMessage(message: unknown): void;
  once(event: 'message', listener: (message: never) => void): void;
}

/** A worker of Node. */
export interface NodeWorker {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (message: never) => void): void;
  on(event: 'error', listener: (error: unknown) => void): void;
  on(event: 'exit', listener: (code: number) => void): void;
  ref(): void;
  unref(): void;
  terminate(): Promise<number>;
}

/** `node:worker_threads`. */
export interface NodeThreads {
  readonly parentPort: NodePort | null;
  readonly Worker: new (file: URL, options: { readonly execArgv: string[] }) => NodeWorker;
}

/** `undefined` in browsers. */
export function nodeThreads(): NodeThreads | undefined {
  return nodeBuiltin<NodeThreads>('node:worker_threads');
}
