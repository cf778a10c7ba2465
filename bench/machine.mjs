/** What a result was measured on. */
import os from 'node:os';
import process from 'node:process';

export function machine() {
  return {
    cpu: os.cpus()[0]?.model ?? 'unknown',
    cores: os.cpus().length,
    node: process.version,
    platform: `${os.platform()} ${os.arch()}`,
  };
}

/** p10, median and p90 of some numbers. */
export function summary(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  return { p10: at(0.1), median: at(0.5), p90: at(0.9), n: sorted.length };
}
