/** What a worker runs: Node's or the browser's, told apart by what is there. */
import { instantiateKernel } from './kernel.ts';
import { callRunner } from './run-calls.ts';
import { runTask, type RunTask } from './run-task.ts';
import { takePart, waitForRun } from './thread-control.ts';
import type { ThreadMessage, ThreadStart } from './spawn-thread.ts';
import { nodeThreads } from './node-threads.ts';

/** What a browser's worker has for its globals. */
interface BrowserPort {
  postMessage(message: ThreadMessage): void;
  addEventListener(
    type: 'message',
    listener: (event: { readonly data: ThreadStart }) => void,
    options: { readonly once: true },
  ): void;
}

const port = nodeThreads()?.parentPort ?? null;
const post = (message: ThreadMessage): void => {
  if (port === null) (globalThis as unknown as BrowserPort).postMessage(message);
  else port.postMessage(message);
};

/** What runs tasks, of either kind. */
function runnerOf({ module, memory, tasks }: ThreadStart): RunTask {
  if (tasks === 'calls') {
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    return callRunner(module, exports, memory);
  }
  const kernel = instantiateKernel(module, memory);
  // The memory may have grown since the last run.
  return (place, thread, index) => {
    runTask(kernel, new Uint32Array(memory.buffer), place, thread, index);
  };
}

function serve(start: ThreadStart): void {
  const { memory, control, thread } = start;
  const run = runnerOf(start);
  const words = new Int32Array(memory.buffer, control);
  let number = 0;
  post({ kind: 'ready' });
  for (;;) {
    const next = waitForRun(words, number);
    if (next === number) continue;
    number = next;
    try {
      // The memory may have grown since the last run.
      if (takePart(run, words, new Uint32Array(memory.buffer), thread, number))
        post({ kind: 'done', run: number });
    } catch (error) {
      post({ kind: 'failed', run: number, message: String(error) });
    }
  }
}

if (port === null)
  (globalThis as unknown as BrowserPort).addEventListener('message', ({ data }) => serve(data), {
    once: true,
  });
else port.once('message', serve);
