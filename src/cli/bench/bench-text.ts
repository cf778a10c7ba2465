/** Measurements for people. */
import { textTable } from '../text-table.ts';
import type { ComparedMeasurement } from './interleave.ts';

/** A row of the table: a measurement at a firing rate. */
export interface BenchRow extends ComparedMeasurement {
  /** Share of firing neurons, from 0 to 1. */
  readonly firingRate: number;
}

/** Three digits: 0.123, 13.4, 265. */
export function millisText(millis: number): string {
  return millis >= 100 ? millis.toFixed(0) : millis.toPrecision(3);
}

const ratioText = (ratio: number | null): string => (ratio === null ? '' : `${millisText(ratio)}x`);

/** One line per contestant and rate. */
export function benchTable(rows: readonly BenchRow[]): string {
  return textTable(
    [
      { title: 'engine', align: 'left' },
      'threads',
      'firing',
      'p10 ms',
      'median ms',
      'p10 ratio',
      'median ratio',
      'n',
    ],
    rows.map((row) => [
      row.name,
      String(row.threads),
      `${(100 * row.firingRate).toFixed(1)} %`,
      millisText(row.p10),
      millisText(row.median),
      ratioText(row.ratioP10),
      ratioText(row.ratioMedian),
      String(row.n),
    ]),
  );
}
