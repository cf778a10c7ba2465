/** The same decoders where there is no WebAssembly: their plain TypeScript loops. */
import process from 'node:process';
import { parentPort, workerData } from 'node:worker_threads';
import { prepareZstdEncoder } from '../../dist/src/index.js';

// What compresses zstd has no plain form.
await prepareZstdEncoder();
delete globalThis.WebAssembly;
const { contestants } = await import('./contestants.mjs');
const runs = contestants(workerData);
parentPort.on('message', (index) => {
  runs[index].run();
  const before = process.cpuUsage();
  runs[index].run();
  const { user, system } = process.cpuUsage(before);
  parentPort.postMessage(user + system);
});
parentPort.postMessage('ready');
