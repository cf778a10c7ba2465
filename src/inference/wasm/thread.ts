/** What a worker runs: Node's or the browser's, told apart by what is there. */
import { instantiateKernel } from './kernel.ts';
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

function serve({ module, memory, control, thread }: ThreadStart): void {
  const kernel = instantiateKernel(module, memory);
  const words = new Int32Array(memory.buffer, control);
  let run = 0;
  post({ kind: 'ready' });
  for (;;) {
    const next = waitForRun(words, run);
    if (next === run) continue;
    run = next;
    try {
      // The memory may have grown since the last run.
      if (takePart(kernel, words, new Uint32Array(memory.buffer), thread, run)) post({ kind: 'done', run });
    } catch (error) {
      post({ kind: 'failed', run, message: String(error) });
    }
  }
}

if (port === null)
  (globalThis as unknown as BrowserPort).addEventListener('message', ({ data }) => serve(data), {
    once: true,
  });
else port.once('message', serve);
