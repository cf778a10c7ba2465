/** What reading a recording lost or met, for people. */
import type { OrderAccount } from '../events/index.ts';
import {
  DROP_REASONS,
  SIDE_CHANNELS,
  type DecodeNote,
  type DecodeReport,
  type DropReason,
  type Fault,
} from '../formats/index.ts';
import { decodingFlag } from './format-options.ts';

/** Faults that are listed; the others are counted. */
const LISTED_FAULTS = 5;

const DROPPED: Readonly<Record<DropReason, string>> = {
  'not-a-pixel': 'records are no pixel events',
  'outside-sensor': 'events lie outside the sensor and were left out',
  invalid: 'events are marked as invalid and were left out',
  'before-time': 'events came before the first word that tells the time and were left out',
  'other-stream': 'events are of other streams and were left out',
  'unknown-type': 'records are of a type that the format does not name',
};

/** A number as people read it. */
export function count(value: number): string {
  return value.toLocaleString('en');
}

/** `trigger 3, frame 20`, empty where there are none. */
export function sideText(side: DecodeReport['side']): string {
  return SIDE_CHANNELS.filter((name) => side[name] > 0)
    .map((name) => `${name} ${count(side[name])}`)
    .join(', ');
}

function noteText({ message, option }: DecodeNote): string {
  return option === undefined ? message : `${message} ${decodingFlag(option)} states it.`;
}

/** One line each: what was inferred, dropped, unwrapped, reset. */
export function decodeNotes(report: DecodeReport): string[] {
  const { dropped, wraps, resets, datagrams } = report;
  const lines = DROP_REASONS.filter((reason) => dropped[reason] > 0).map(
    (reason) => `${count(dropped[reason])} ${DROPPED[reason]}`,
  );
  lines.unshift(...report.notes.map(noteText));
  if (wraps > 0) lines.push(`the counter wrapped ${count(wraps)} times; times were unwrapped`);
  if (resets > 0) lines.push(`the camera's clock was reset ${count(resets)} times`);
  if (datagrams !== null) {
    lines.push(
      Object.entries(datagrams)
        .map(([name, value]) => `${name} ${count(value)}`)
        .join(', '),
    );
  }
  return lines;
}

/** How many events are late and by how much, if any are. @param sorts what puts them into order. */
export function orderNote(
  { lateEvents, largestStepMicros }: Pick<OrderAccount, 'lateEvents' | 'largestStepMicros'>,
  sorts = '`saccade convert --sort` sorts them',
): string[] {
  if (lateEvents === 0) return [];
  const come = lateEvents === 1 ? 'event comes' : 'events come';
  return [
    `${count(lateEvents)} ${come} earlier than one before, by up to ${duration(largestStepMicros)}; ${sorts}`,
  ];
}

/** A span of time as people read it: `300.5 ms`. */
export function duration(micros: number): string {
  if (micros < 1000) return `${count(micros)} µs`;
  return micros < 1_000_000 ? `${count(micros / 1000)} ms` : `${count(micros / 1_000_000)} s`;
}

/** The first damaged stretches, with their places. */
export function faultLines({
  faults,
  faultCount,
}: {
  readonly faults: readonly Fault[];
  readonly faultCount: number;
}): string[] {
  const lines = faults
    .slice(0, LISTED_FAULTS)
    .map(({ code, byteOffset, message }) => `byte ${count(byteOffset)}: ${message} (${code})`);
  if (faultCount > lines.length) lines.push(`and ${count(faultCount - lines.length)} more`);
  return lines;
}
