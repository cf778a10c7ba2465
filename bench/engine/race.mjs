/** Runs contestants in turns and makes rows of a table and of the results file. */
import { benchTable } from '../../dist/src/cli/bench/bench-text.js';
import { compareWith, disposeAll, interleave } from '../../dist/src/cli/bench/interleave.js';

/** @param base name of the contestants that the others are compared with. */
export async function race(contestants, { rounds, base, firingRate }) {
  try {
    const rows = compareWith(base, await interleave(contestants, rounds));
    return rows.map((row) => ({ firingRate, ...row }));
  } finally {
    await disposeAll(contestants);
  }
}

export function print(title, rows) {
  console.log(`\n${title}\n${benchTable(rows)}`);
}

/** As the results file has it: units in the names. */
export function resultRow({ name, firingRate, threads, n, min, p10, median, p90, ratioP10, ratioMedian }) {
  return {
    name,
    firingRate,
    threads,
    runs: n,
    minMs: min,
    p10Ms: p10,
    medianMs: median,
    p90Ms: p90,
    ratioP10,
    ratioMedian,
  };
}
