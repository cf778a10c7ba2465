/** Whether bytes are events as text. */
import type { SensorGeometry } from '../../events/index.ts';
import { readPreambleLine } from './preamble-line.ts';

/** Whole lines looked at to judge whether bytes may be numbers in columns. */
const PROBE_LINES = 64;
const MIN_COLUMNS = 4;
/** One line for so many may be damaged. */
const ROWS_PER_STRAY = 4;

/** What was found: a line that names the columns, or lines of as many numbers, whose columns must be stated. */
export interface TextProbe {
  readonly kind: 'named' | 'numbers';
  readonly geometry?: SensorGeometry;
}

/** `null` for bytes that are no text, and for text that is no columns of numbers. */
export function probeText(head: Uint8Array): TextProbe | null {
  for (const byte of head) if (byte < 0x09 || (byte > 0x0d && byte < 0x20)) return null;
  const lines = new TextDecoder().decode(head).split('\n');
  if (lines.length > 1) lines.pop();
  let size: Partial<SensorGeometry> = {};
  let columns: number | undefined;
  let rows = 0;
  let words = 0;
  let strays = 0;
  const found = (kind: TextProbe['kind']): TextProbe => {
    const { width, height } = size;
    return { kind, ...(width !== undefined && height !== undefined && { geometry: { width, height } }) };
  };
  for (const text of lines.slice(0, PROBE_LINES)) {
    const line = readPreambleLine(text);
    if (line.kind === 'names' && rows === 0) return found('named');
    if (line.kind === 'size' && (line.isComment || rows === 0)) {
      if (rows === 0) size = line.geometry;
    } else if (line.kind === 'side') {
      if (rows === 0) size = { ...size, [line.side]: line.pixels };
    } else if (line.kind === 'numbers' && line.fields.length === (columns ?? line.fields.length)) {
      columns = line.fields.length;
      rows++;
    } else if (line.kind === 'text' && rows === 0 && words === 0) {
      // May be names that nobody knows.
      words++;
    } else if (line.kind === 'text' || line.kind === 'numbers' || line.kind === 'size') {
      strays++;
    }
  }
  if (columns === undefined || columns < MIN_COLUMNS || strays * ROWS_PER_STRAY > rows) return null;
  return found('numbers');
}
