/** The summary of a conversion, for people and for programs. */
import type { CutCondition } from '../events/index.ts';
import { filterNotes } from '../pipeline/index.ts';
import type { ConvertSummary } from './convert-recording.ts';
import type { PartRead } from './kept-events.ts';
import { count, decodeNotes, duration, faultLines, orderNote, sideText } from './decode-notes.ts';
import { printableText } from './printable.ts';
import { STANDARD_STREAM } from './standard-input.ts';

const LEFT_OUT: Readonly<Record<CutCondition, string>> = {
  count: 'by their number',
  segment: 'of other time segments',
  time: 'outside the time',
  region: 'outside the region',
};

/** What the output does not have that the input had. */
function losses({ report, from, to, geometry, statedGeometry }: ConvertSummary): string[] {
  const lines: string[] = [];
  const side = sideText(report.side);
  if (side !== '') lines.push(`${side}: only pixel events are written`);
  if (report.headerLines.length > 0) {
    lines.push(`${report.headerLines.length} header lines of the ${from.name} file`);
  }
  if (geometry !== null && statedGeometry === null) {
    lines.push(
      `the sensor size, which ${to.name} does not state; read it with --geometry ${geometry.width}x${geometry.height}`,
    );
  } else if (
    geometry !== null &&
    (geometry.width !== statedGeometry?.width || geometry.height !== statedGeometry.height)
  ) {
    lines.push(
      `the sensor size ${geometry.width}x${geometry.height}: the output states ${statedGeometry?.width}x${statedGeometry?.height}`,
    );
  }
  return lines;
}

function partText({ bytes, of, by }: PartRead): string {
  const part = `${count(bytes)} of ${count(of)} bytes`;
  return by === 'index'
    ? `${part}; the index tells what the rest holds`
    : `${part}; the recording's own table tells what the rest holds, damage there is not seen`;
}

/** One line, and one for each thing that the reader should know. */
export function convertText(summary: ConvertSummary): string {
  const { output, to, events, bytes, sha256, cut, order, timeOffset, notes, report, stoppedEarly } = summary;
  const name = output === STANDARD_STREAM ? 'standard output' : output;
  const lines = [`${name}: ${count(events)} events, ${count(bytes)} bytes, ${to.name}`];
  const add = (name: string, texts: readonly string[]): void => {
    for (const text of texts) lines.push(`  ${name.padEnd(9)} ${text}`);
  };
  if (sha256 !== null) add('sha256', [`${sha256}, read back and equal`]);
  if (cut !== null) {
    const of = stoppedEarly ? `the first ${count(cut.events)}` : count(cut.events);
    const left = Object.entries(LEFT_OUT)
      .filter(([condition]) => cut.leftOut[condition as CutCondition] > 0)
      .map(([condition, text]) => `${count(cut.leftOut[condition as CutCondition])} ${text}`);
    add('kept', [
      `${count(cut.kept)} of ${of} events${left.length > 0 ? `; left out ${left.join(', ')}` : ''}`,
    ]);
  }
  add(
    'filter',
    filterNotes(summary.filters).map((note) => note.replace(/^filter /, '')),
  );
  if (order.sorted) {
    const moved = `${count(order.lateEvents)} late events, by up to ${duration(order.largestStepMicros)}`;
    add('sorted', [order.lateEvents === 0 ? 'nothing: the events were in order' : moved]);
  }
  if (timeOffset !== null) {
    const each = report.resets > 0 ? ' in the last time segment, in each its own' : '';
    add('time', [`${count(timeOffset)} µs subtracted${each}`]);
  }
  if (summary.read !== null) add('read', [partText(summary.read)]);
  add('lost', losses(summary));
  add('note', decodeNotes(report));
  add('note', notes);
  if (!order.sorted) add('note', orderNote(order, '--sort sorts them'));
  add('damage', faultLines(report));
  return printableText(`${lines.join('\n')}\n`);
}

/** One JSON object. */
export function convertJson({ from, to, ...summary }: ConvertSummary): string {
  return `${JSON.stringify({ ...summary, from: from.id, to: to.id, lost: losses({ from, to, ...summary }) })}\n`;
}
