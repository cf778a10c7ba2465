/** What happened between two events, or bytes, of a part: where a replay stops. */
import type { RecordLine } from './record-format.ts';

/** See the file comment. */
export type Stop =
  | Extract<RecordLine, { readonly type: 'flush' | 'left-out' }>
  /** From here on what comes is left out, or is not any more. */
  | { readonly type: 'too-old'; readonly after: number; readonly begins: boolean };

/** The stops of a line of a log: most are none. */
export function stopsOf(line: RecordLine): Stop[] {
  if (line.type === 'flush' || line.type === 'left-out') return [line];
  if (line.type !== 'too-old') return [];
  const { after, size } = line;
  return [
    { type: 'too-old', after, begins: true },
    { type: 'too-old', after: after + size, begins: false },
  ];
}
