/** From nothing to the first result, in processes of their own; and what the engine holds in memory. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { byteSize } from '../../../dist/src/cli/profile-text.js';
import { modelMemory, writeModel } from '../../../dist/src/index.js';
import { summary } from '../../machine.mjs';
import { taskOf } from '../networks.mjs';

const RATE = 0.1;
const PROCESSES = 7;
const script = path.join(import.meta.dirname, 'cold-start-process.mjs');

export const title = 'Cold start and memory at 10 %, one thread; ms';

export async function run({ network }) {
  const { model, clips } = taskOf(network, RATE);
  const folder = mkdtempSync(path.join(os.tmpdir(), 'saccade-bench-'));
  try {
    const files = [path.join(folder, 'model.safetensors'), path.join(folder, 'clip.bin')];
    writeFileSync(files[0], writeModel(model));
    writeFileSync(files[1], clips[0].counts);
    const runs = Array.from({ length: PROCESSES }, () =>
      JSON.parse(execFileSync(process.execPath, [script, ...files], { encoding: 'utf8' })),
    );
    const times = Object.fromEntries(
      Object.keys(runs[0].times).map((name) => [name, summary(runs.map(({ times: own }) => own[name]))]),
    );
    const { moduleBytes, memory } = runs[0];
    return { times, moduleBytes, memory, leastMemory: modelMemory(model, 'exact').clip };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** This section's own way to be printed. */
export function text({ times, moduleBytes, memory }) {
  const lines = Object.entries(times).map(
    ([name, { p10, median }]) => `${name}: p10 ${p10.toFixed(1)}, median ${median.toFixed(1)}`,
  );
  const held = Object.entries(memory ?? {}).map(([what, bytes]) => `${what} ${byteSize(bytes)}`);
  return [
    ...lines,
    `WebAssembly modules: ${moduleBytes.map(byteSize).join(', ') || 'none'}`,
    `memory: ${held.join(', ') || 'no account'}`,
  ]
    .map((line) => `  ${line}`)
    .join('\n');
}
