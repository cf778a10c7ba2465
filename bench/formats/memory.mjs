/**
 * Peak memory of decoding a file, measured in a process of its own.
 *
 * usage: node bench/formats/memory.mjs FORMAT FILE
 */
import { createReadStream } from 'node:fs';
import process from 'node:process';
import { createDecoder } from '../../dist/src/index.js';

const [format, file] = process.argv.slice(2);
const decoder = createDecoder({ format });
let events = 0;
for await (const chunk of createReadStream(file, { highWaterMark: 65_536 }))
  for (const batch of decoder.push(chunk)) events += batch.length;
for (const batch of decoder.finish()) events += batch.length;
console.log(JSON.stringify({ events, peakBytes: process.resourceUsage().maxRSS * 1024 }));
