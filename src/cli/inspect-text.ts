/** What `saccade inspect` prints. */
import asciichart from 'asciichart';
import type { OrderAccount, RateHistogram, SegmentSummary } from '../events/index.ts';
import type { FilterReport } from '../filters/index.ts';
import type { DetectingDecoder } from '../formats/index.ts';
import { filterNotes } from '../pipeline/index.ts';
import { count, decodeNotes, faultLines, orderNote, sideText } from './decode-notes.ts';
import { printable, printableText } from './printable.ts';
import type { SideItems } from './side-items.ts';

/** Segments listed for people. */
const LISTED_SEGMENTS = 10;

/** What filters leave of a recording. */
export interface FilteredEvents {
  readonly events: number;
  readonly on: number;
  /** The account of each filter. */
  readonly filters: readonly FilterReport[];
}

/** What was found in a recording. */
export interface Inspection {
  readonly file: string;
  readonly decoder: DetectingDecoder;
  /** Of what filters leave, as is the digest. */
  readonly rate: RateHistogram;
  readonly segments: readonly SegmentSummary[];
  readonly order: OrderAccount;
  readonly sideItems: SideItems;
  readonly sha256: string | null;
  /** `null` without filters. */
  readonly filtered: FilteredEvents | null;
}

/**
 * One object: everything of the decode report, in the terms of reference tables where they have one (`format` is
 * name and version, `backward` the steps back in time, 0x0 a sensor size that nobody states).
 */
export function inspectionJson({
  file,
  decoder,
  segments,
  order,
  sideItems,
  sha256,
  filtered,
}: Inspection): string {
  const { detection, geometry, report } = decoder;
  const { format: formatId, variant, backwardSteps, ...rest } = report;
  return `${JSON.stringify({
    file,
    format: variant,
    formatId,
    confidence: detection?.confidence,
    width: geometry?.width ?? 0,
    height: geometry?.height ?? 0,
    ...rest,
    backward: backwardSteps,
    lateEvents: order.lateEvents,
    largestStepMicros: order.largestStepMicros,
    ...(filtered !== null && {
      filters: filtered.filters,
      left: { events: filtered.events, on: filtered.on },
    }),
    ...(sha256 !== null && { sha256 }),
    segments,
    ...(sideItems.lines.length > 0 && {
      sideItems: sideItems.lines.map((line) => JSON.parse(line) as unknown),
    }),
  })}\n`;
}

/** Lines for people, with a plot of the rate. */
export function inspectionText({
  file,
  decoder,
  rate,
  segments,
  order,
  sideItems,
  sha256,
  filtered,
}: Inspection): string {
  const { detection, geometry, report } = decoder;
  const { events, on, tFirst, tLast, bytes, headerBytes, headerLines } = report;
  const lines = [printable(file)];
  const add = (name: string, ...texts: readonly string[]): void => {
    for (const text of texts) lines.push(`  ${name.padEnd(9)} ${text}`);
  };
  const { format, confidence, reason } = detection!;
  const version = report.variant === format.name.replaceAll(' ', '') ? '' : `, ${report.variant}`;
  add('format', `${format.name}${version} (${confidence}: ${reason})`);
  const isInferred = report.notes.some(({ code }) => code === 'INFERRED_CHIP');
  const stated = isInferred ? ' (inferred)' : '';
  add(
    'sensor',
    geometry ? `${geometry.width}x${geometry.height}${stated}` : 'not stated; check with --geometry',
  );
  const headerText =
    headerLines.length > 0 ? `, ${headerLines.length} ${headerLines.length === 1 ? 'line' : 'lines'}` : '';
  add('size', `${count(bytes)} bytes, header ${count(headerBytes)}${headerText}`);
  add('events', eventsText(events, on));
  if (filtered !== null) {
    add('filter', ...filterNotes(filtered.filters).map((note) => note.replace(/^filter /, '')));
    add('left', eventsText(filtered.events, filtered.on));
  }
  const seconds = rate.spanMicros / 1e6;
  if (tFirst !== null && tLast !== null) {
    add('time', `${count(tFirst)} to ${count(tLast)} µs, ${seconds.toFixed(3)} s`);
    if (seconds > 0) add('rate', `${count(Math.round((filtered ?? report).events / seconds))} events/s`);
  }
  const side = sideText(report.side);
  if (side !== '') add('side', side);
  if (sha256 !== null) add('sha256', sha256);
  if (report.resets > 0) add('segment', ...segmentLines(segments));
  add('note', ...decodeNotes(report), ...orderNote(order));
  add('damage', ...faultLines(report));
  if (sideItems.lines.length > 0) lines.push('', ...sideItems.lines.map((line) => `  ${line}`));
  if (seconds > 0) {
    const plot = asciichart.plot(rate.rates(), {
      height: 8,
      format: (x: number) => count(Math.round(x)).padStart(12),
    });
    lines.push('', `  events/s over ${seconds.toFixed(2)} s`, plot);
  }
  return printableText(`${lines.join('\n')}\n`);
}

function eventsText(events: number, on: number): string {
  return `${count(events)}${events > 0 ? `, ${((100 * on) / events).toFixed(1)} % ON` : ''}`;
}

function segmentLines(segments: readonly SegmentSummary[]): string[] {
  const lines = segments
    .slice(0, LISTED_SEGMENTS)
    .map(
      ({ segment, events, tFirst, tLast }) =>
        `${segment}: ${count(events)} events, ${count(tFirst)} to ${count(tLast)} µs`,
    );
  if (segments.length > lines.length) lines.push(`and ${count(segments.length - lines.length)} more`);
  return lines;
}
