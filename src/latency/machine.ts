/** What an experiment ran on. */
import { readFileSync } from 'node:fs';
import os from 'node:os';
import process from 'node:process';
import type { Machine } from './measurement.ts';

/** A module with one vector instruction: `(func (result v128) (i32x4.splat (i32.const 0)))`. */
const SIMD_PROBE = Uint8Array.of(
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0, 65, 0, 253, 17, 11,
); // prettier-ignore
const GOVERNOR_FILE = '/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor';
const BYTES_PER_GIB = 2 ** 30;

function governor(): string | null {
  try {
    return readFileSync(GOVERNOR_FILE, 'utf8').trim();
  } catch {
    return null;
  }
}

/** This machine. */
export function describeMachine(): Machine {
  return {
    cpu: os.cpus()[0]?.model ?? 'unknown',
    cores: os.cpus().length,
    memoryGiB: Math.round((10 * os.totalmem()) / BYTES_PER_GIB) / 10,
    node: process.version,
    platform: `${os.platform()} ${os.arch()}`,
    governor: governor(),
    simd: WebAssembly.validate(SIMD_PROBE),
  };
}
