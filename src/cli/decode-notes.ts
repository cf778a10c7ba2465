/** What reading a recording lost or met, for people. */
import {
  DROP_REASONS,
  SIDE_CHANNELS,
  type DecodeNote,
  type DecodeReport,
  type DropReason,
  type Fault,
} from '../formats/index.ts';

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
  if (option === undefined) return message;
  const name = option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return `${message} --${name} states it (in convert and cut --from-${name}).`;
}

/** One line each: what was inferred, dropped, unwrapped, reset, out of order. */
export function decodeNotes(report: DecodeReport): string[] {
  const { dropped, wraps, resets, backwardSteps, datagrams } = report;
  const lines = DROP_REASONS.filter((reason) => dropped[reason] > 0).map(
    (reason) => `${count(dropped[reason])} ${DROPPED[reason]}`,
  );
  lines.unshift(...report.notes.map(noteText));
  if (wraps > 0) lines.push(`the counter wrapped ${count(wraps)} times; times were unwrapped`);
  if (resets > 0) lines.push(`the camera's clock was reset ${count(resets)} times`);
  if (backwardSteps > 0) lines.push(`time goes back ${count(backwardSteps)} times`);
  if (datagrams !== null) {
    lines.push(
      Object.entries(datagrams)
        .map(([name, value]) => `${name} ${count(value)}`)
        .join(', '),
    );
  }
  return lines;
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
