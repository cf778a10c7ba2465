/** SpikingJelly's NumPy way in a process of its own, where Python with NumPy is present. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

const SCRIPT = path.join(import.meta.dirname, 'preprocess', 'numpy_binning.py');

/** Whether there is a Python with NumPy. */
export const HAS_NUMPY = spawnSync('python3', ['-c', 'import numpy']).status === 0;

/**
 * Starts it on the events of a batch.
 *
 * @returns `sha256` of the counts as little-endian u16, `run` that bins once and resolves to the CPU seconds of it, `end`.
 */
export async function startNumpyBinning({ t, x, y, p, geometry: { width, height } }, steps) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'saccade-bench-numpy-'));
  for (const [name, column] of Object.entries({ t, x, y, p }))
    writeFileSync(
      path.join(folder, name),
      new Uint8Array(column.buffer, column.byteOffset, column.byteLength),
    );
  const python = spawn('python3', [SCRIPT, width, height, steps, folder].map(String), {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: python.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${SCRIPT} ended.`);
    return value;
  };
  const sha256 = await answer();
  rmSync(folder, { recursive: true });
  return {
    sha256,
    async run() {
      python.stdin.write('\n');
      return Number(await answer());
    },
    end: () => python.stdin.end(),
  };
}
