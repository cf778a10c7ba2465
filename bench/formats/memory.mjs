/**
 * Peak memory of decoding a file, measured in a process of its own.
 *
 * usage: node bench/formats/memory.mjs FORMAT FILE
 */
import { createReadStream } from 'node:fs';
import process from 'node:process';
import { createDecoder, recycleBatch } from '../../dist/src/index.js';

/** Pushes between looks at the memory: resourceUsage().maxRSS would count the process that started this one. */
const PUSHES = 16;
const [format, file] = process.argv.slice(2);
const decoder = createDecoder({ format });
let events = 0;
let pushes = 0;
let peakBytes = 0;
const take = (batches) => {
  for (const batch of batches) {
    events += batch.length;
    recycleBatch(batch);
  }
  if (pushes++ % PUSHES === 0) peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
};
for await (const chunk of createReadStream(file, { highWaterMark: 65_536 })) take(decoder.push(chunk));
take(decoder.finish());
console.log(JSON.stringify({ events, peakBytes }));
