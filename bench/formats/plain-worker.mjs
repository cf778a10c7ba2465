/** The same decoders where there is no WebAssembly: their plain TypeScript loops. */
import { parentPort } from 'node:worker_threads';

delete globalThis.WebAssembly;
const { contestants } = await import('./contestants.mjs');
const runs = contestants();
parentPort.on('message', (index) => {
  runs[index].run();
  const started = performance.now();
  runs[index].run();
  parentPort.postMessage(performance.now() - started);
});
parentPort.postMessage('ready');
