/** Confusion of classes for people, readable for two classes and for thousands. */
import type { EvaluationReport } from '../inference/index.ts';
import { textTable } from './text-table.ts';

/** So many classes are shown as a matrix; more as a list. */
const MATRIX_CLASSES = 12;
/** Rows of the list: the classes that are recognised worst. */
const LISTED_CLASSES = 20;
/** Longest class name in a column's title. */
const TITLE_LETTERS = 8;

/** The largest class has at least so many times the clips of the smallest: accuracy alone misleads then. */
const UNEVEN_RATIO = 1.5;

type Counts = Pick<EvaluationReport, 'classes' | 'confusion' | 'recallByClass'>;

/**
 * Whether the largest class has at least {@link UNEVEN_RATIO} times the clips of the smallest; classes without clips do
 * not count.
 */
export function isUneven({ confusion }: Pick<Counts, 'confusion'>): boolean {
  const sizes = confusion.map(total).filter((clips) => clips > 0);
  return Math.max(...sizes) >= UNEVEN_RATIO * Math.min(...sizes);
}

/** A matrix with a row per true class, or for more than {@link MATRIX_CLASSES} classes a list, worst first. */
export function confusionText(report: Counts): string {
  return report.classes.length <= MATRIX_CLASSES ? matrix(report) : list(report);
}

function matrix({ classes, confusion, recallByClass }: Counts): string {
  const rows = confusion.map((row, label) => [
    classes[label]!,
    ...row.map((clips) => (clips === 0 ? '.' : String(clips))),
    recallText(recallByClass[label]!),
  ]);
  const columns = ['is \\ decided', ...classes.map(shortened), 'recall'];
  return `Confusion, a row per true class:\n${textTable(columns, rows)}`;
}

function list({ classes, confusion, recallByClass }: Counts): string {
  const tested = confusion
    .map((row, label) => ({ row, label, clips: total(row), recall: recallByClass[label]! }))
    .filter(({ clips }) => clips > 0)
    .sort((a, b) => (a.recall ?? 0) - (b.recall ?? 0) || b.clips - a.clips);
  const rows = tested.slice(0, LISTED_CLASSES).map(({ row, label, clips, recall }) => {
    const taken = row
      .map((n, decided) => ({ n, decided }))
      .filter(({ n, decided }) => n > 0 && decided !== label)
      .sort((a, b) => b.n - a.n)
      .slice(0, 3)
      .map(({ n, decided }) => `${classes[decided]!} ${n}`);
    return [classes[label]!, String(clips), recallText(recall), taken.join(', ')];
  });
  const rest = tested.length - rows.length;
  const columns = ['class', 'clips', 'recall', { title: 'most often taken for', align: 'left' as const }];
  const more = rest > 0 ? [`  and ${rest} classes with a recall as good or better; --json has all`] : [];
  return [`Confusion by class, worst first:`, textTable(columns, rows), ...more].join('\n');
}

function recallText(recall: number | null): string {
  return recall === null ? 'untested' : `${(100 * recall).toFixed(1)} %`;
}

function shortened(name: string): string {
  return name.length <= TITLE_LETTERS ? name : `${name.slice(0, TITLE_LETTERS - 1)}…`;
}

function total(row: readonly number[]): number {
  return row.reduce((sum, n) => sum + n, 0);
}
