/** Lines read by the kernel where it runs and they are plain, else by the other loop. */
import { LineKernel, plainSeparator } from './kernel.ts';
import { readLinesScalar, type LineRun, type LineSyntax, type MalformedLine } from './lines.ts';

/** See {@link readLinesScalar}. */
export function readLines(
  syntax: LineSyntax,
  bytes: Uint8Array,
  start: number,
  end: number,
  run: LineRun,
  malformed: MalformedLine,
): number {
  const separator = plainSeparator(syntax, bytes, start, end);
  const kernel = separator < 0 ? null : run.space.kernel(LineKernel);
  if (kernel === null) return readLinesScalar(syntax, bytes, start, end, run, malformed);
  return kernel.read(syntax, separator, bytes, start, end, run, (at, most) =>
    readLinesScalar(syntax, bytes, at, end, run, malformed, most),
  );
}
