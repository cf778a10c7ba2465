/**
 * Recordings on disk, one at a time in memory. Hundreds of megabytes of live arrays would have V8 collect all of its
 * heap every few milliseconds, which halves the rate of everything that allocates; nobody decodes in such a process.
 */
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';

const folder = mkdtempSync(path.join(os.tmpdir(), 'saccade-bench-files-'));
process.on('exit', () => {
  rmSync(folder, { recursive: true, force: true });
});

let place = new Uint8Array(0);
let files = 0;
let present = -1;

/** Puts a recording away; returns where it is, and what brings it back. Its bytes hold until the next is fetched. */
export function shelve(bytes) {
  const file = files++;
  const name = path.join(folder, String(file));
  const { length } = bytes;
  writeFileSync(name, bytes);
  const fetch = () => {
    if (place.length < length) place = new Uint8Array(length);
    const recording = place.subarray(0, length);
    if (present === file) return recording;
    const handle = openSync(name, 'r');
    for (let at = 0; at < length;) at += readSync(handle, place, at, length - at, at);
    closeSync(handle);
    present = file;
    return recording;
  };
  return { path: name, fetch };
}
