/** What reading a recording met, told once on stderr. */
import process from 'node:process';
import type { DecodeReport } from '../formats/index.ts';
import { streamNotes, type StreamReport } from '../pipeline/index.ts';
import { decodeNotes, faultLines } from './decode-notes.ts';
import { printable, printableText } from './printable.ts';

/** Lines for people. What is no loss to a classifier (triggers, headers, counters that wrapped) is not among them. */
export function recordingNotes({
  decode,
  stream,
}: {
  readonly decode: DecodeReport | null;
  readonly stream: StreamReport;
}): string[] {
  if (decode === null) return streamNotes(stream);
  const { dropped } = decode;
  // The stream says what resets mean for its windows.
  const read = {
    ...decode,
    wraps: 0,
    resets: 0,
    dropped: { ...dropped, 'not-a-pixel': 0 },
  };
  return [...decodeNotes(read), ...faultLines(decode), ...streamNotes(stream)];
}

/** Writes the notes of a recording, each line with its name. */
export function writeRecordingNotes(
  name: string,
  report: { readonly decode: DecodeReport | null; readonly stream: StreamReport },
): void {
  for (const note of recordingNotes(report)) writeNote(name, note);
}

/** A line on stderr. */
export function writeNote(name: string, note: string): void {
  process.stderr.write(printableText(`note: ${printable(name)}: ${note}\n`));
}
