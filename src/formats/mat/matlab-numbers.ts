/** Numbers as MATLAB's users count: places from 1, polarities 1 and 2. */
import { IS_LITTLE_ENDIAN } from '../bytes.ts';
import type { ColumnRole } from '../columns.ts';
import { readNumbers, type NumberColumn } from '../npy/numbers.ts';

/** Columns of places that count from 0. */
export interface Places {
  readonly x: NumberColumn;
  readonly y: NumberColumn;
  readonly firstPixel: 0 | 1;
  /** Whether nobody stated it. */
  readonly isGuessed: boolean;
}

/** Places that count from 0. @param stated number of the first row and column. */
export function fromFirstPixel(
  { x, y }: Readonly<Record<ColumnRole, NumberColumn>>,
  rows: number,
  stated: 0 | 1 | undefined,
): Places {
  if (stated === 0) return { x, y, firstPixel: 0, isGuessed: false };
  const [columns, lines] = [doubles(x, rows), doubles(y, rows)];
  const isFromOne =
    stated === 1 || (columns.every((place) => place >= 1) && lines.every((place) => place >= 1));
  if (!isFromOne) return { x, y, firstPixel: 0, isGuessed: true };
  return {
    x: doubleColumn(columns.map((place) => place - 1)),
    y: doubleColumn(lines.map((place) => place - 1)),
    firstPixel: 1,
    isGuessed: stated === undefined,
  };
}

/** Polarities of which some are 2 and all others 1, as OFF and ON; others as they are. */
export function fromOneAndTwo(polarities: NumberColumn, rows: number): NumberColumn {
  const numbers = doubles(polarities, rows);
  if (!numbers.includes(2) || !numbers.every((polarity) => polarity === 1 || polarity === 2))
    return polarities;
  return doubleColumn(numbers.map((polarity) => polarity - 1));
}

function doubles(column: NumberColumn, rows: number): Float64Array<ArrayBuffer> {
  const numbers = new Float64Array(rows);
  readNumbers(column, 0, numbers);
  return numbers;
}

function doubleColumn(numbers: Float64Array<ArrayBuffer>): NumberColumn {
  const type = { kind: 'f', bytes: 8, little: IS_LITTLE_ENDIAN } as const;
  return { view: new DataView(numbers.buffer), offset: 0, stride: 8, type };
}
