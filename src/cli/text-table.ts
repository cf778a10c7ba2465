/** Tables for people. */

/** A column: text to the left, numbers to the right. */
export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

/** Rows under their titles, two spaces between columns, each line indented. */
export function textTable(
  columns: readonly (string | Column)[],
  rows: readonly (readonly string[])[],
  indent = '  ',
): string {
  const heads = columns.map((column) => (typeof column === 'string' ? { title: column } : column));
  const widths = heads.map(({ title }, i) =>
    Math.max(title.length, ...rows.map((cells) => cells[i]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    heads
      .map(({ align }, i) => {
        const left = (align ?? (i === 0 ? 'left' : 'right')) === 'left';
        return left ? (cells[i] ?? '').padEnd(widths[i]!) : (cells[i] ?? '').padStart(widths[i]!);
      })
      .join('  ')
      .trimEnd();
  return [line(heads.map(({ title }) => title)), ...rows.map(line)].map((text) => indent + text).join('\n');
}
