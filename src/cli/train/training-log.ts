/** `--log`: a row for every epoch. */
import { InvalidArgumentError } from 'commander';
import { writeWhole } from '../../preprocess/index.ts';
import type { EpochReport } from '../../training/index.ts';

type Row = Readonly<Record<string, number | null>>;

/** A file that ends in `.csv` or `.jsonl`. */
export function logFile(text: string): string {
  if (/\.(csv|jsonl)$/i.test(text)) return text;
  throw new InvalidArgumentError('Expected a file that ends in .csv or .jsonl.');
}

/** The columns of an epoch; numbers from 1, as people count. */
function rowOf({ epoch, loss, accuracy, validation, rate, seconds, samples, layers }: EpochReport): Row {
  return {
    epoch: epoch + 1,
    loss,
    accuracy,
    validation_loss: validation?.loss ?? null,
    validation_accuracy: validation?.accuracy ?? null,
    rate,
    seconds,
    clips_per_second: seconds > 0 ? samples / seconds : null,
    ...Object.fromEntries(
      layers.flatMap(({ id, rate: firing, dead }) => [
        [`firing_${id}`, firing],
        [`dead_${id}`, dead],
      ]),
    ),
  };
}

function csv(rows: readonly Row[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const lines = rows.map((row) => columns.map((column) => row[column] ?? '').join(','));
  return [columns.join(','), ...lines, ''].join('\n');
}

/** Writes all epochs anew: so a run that was killed and goes on leaves each of them once. */
export async function writeTrainingLog(file: string, history: readonly EpochReport[]): Promise<void> {
  const rows = history.map(rowOf);
  const isCsv = file.toLowerCase().endsWith('.csv');
  await writeWhole(file, isCsv ? csv(rows) : rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}
