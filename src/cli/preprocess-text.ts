/** A run of preprocessing in words. */
import type { SampleNoun } from '../../datasets/index.ts';
import { sensorName } from '../events/index.ts';
import type { LossTotal, PreprocessSummary } from '../preprocess/index.ts';
import { count } from './decode-notes.ts';
import { printable } from './printable.ts';

/** Paths and recordings that a list names. */
const LISTED = 5;

/** What kinds of losses mean, behind their number. */
const LOSSES: Readonly<Record<string, string>> = {
  saturated: 'events lost to full counts: --dtype uint16 or float64 holds more',
  'outside-sensor': 'events outside the sensor left out',
  unrepresented: 'events left out by the rule of the representation',
  late: 'late events left out, behind a time step that was closed; `saccade convert --sort` sorts them',
  outlier: 'events with an absurd time left out',
  'incomplete-window': 'events of incomplete last windows left out',
  windows: 'windows were not asked for and are not written: --windows all takes them',
  invalid: 'events marked as invalid left out',
  'before-time': 'events in front of the first word that tells the time left out',
  'other-stream': 'events of other streams left out; --stream names one',
  'unknown-type': 'records of a type that the format does not name left out',
  damage: 'damaged stretches left out',
  truncated: 'recordings end inside a record',
  repeated: 'events more in frames than came, because windows or steps overlap',
  'clock-restart': 'restarts of a clock: windows begin anew there',
};

/** One line a kind: how much, in how many recordings, where most. */
export function lossLines(losses: Readonly<Record<string, LossTotal>>): string[] {
  return Object.entries(losses).map(([kind, { total, recordings, most }]) => {
    const name = printable(most);
    const where = recordings === 1 ? `in ${name}` : `in ${count(recordings)} recordings, most in ${name}`;
    const filter = /^filter-(.*)$/.exec(kind)?.[1];
    const text = filter === undefined ? kind : `events left out by the filter ${filter}`;
    return `${count(total)} ${LOSSES[kind] ?? text} (${where})`;
  });
}

/** All that a person must know of a run. */
export function preprocessText(summary: PreprocessSummary, noun: SampleNoun): string {
  const { folder, total, written, reused, stale, failures, complete, events, packs } = summary;
  const changed = stale > 0 ? `, ${count(stale)} had changed` : '';
  // Images have none.
  const held = events > 0 ? `; ${count(events)} events` : '';
  const lines = [
    `${printable(folder)}: ${count(written)} written, ${count(reused)} reused, ${failures.length} failed, of ${count(total)}${changed}${held}`,
  ];
  if (packs > 0) lines.push(`  ${count(packs)} files hold them`);
  for (const line of noteLines(summary, noun)) lines.push(`  note: ${line}`);
  for (const { location, error } of failures)
    lines.push(`  failed ${printable(location)}: ${printable(error)}`);
  if (!complete) lines.push('Interrupted: run the same command to go on.');
  return `${lines.join('\n')}\n`;
}

function noteLines(summary: PreprocessSummary, noun: SampleNoun): string[] {
  const { losses, notes, sensors, orphans, pruned, strangers, otherVersions } = summary;
  const lines = [
    ...sensorLines(sensors),
    ...notes.map(
      ({ message, recordings, first }) =>
        `${count(recordings)} ${noun}${recordings === 1 ? '' : 's'}: ${printable(message)} (${first})`,
    ),
    ...lossLines(losses),
  ];
  if (orphans.length > 0) {
    lines.push(
      pruned
        ? `removed ${count(orphans.length)} outputs whose ${noun}s are gone: ${listed(orphans)}`
        : `${count(orphans.length)} outputs have no ${noun} any more, and whoever reads the folder reads them: ${listed(orphans)}; --prune removes them`,
    );
  }
  if (strangers.length > 0)
    lines.push(
      `${count(strangers.length)} files of frames in the folder come from elsewhere: ${listed(strangers)}`,
    );
  if (otherVersions.length > 0)
    lines.push(
      `reused outputs were made by saccade ${otherVersions.join(', ')}; remove the folder to make them anew`,
    );
  return lines;
}

/** Recordings whose pictures were changed, and which of several sensors they are of. */
function sensorLines(sensors: PreprocessSummary['sensors']): string[] {
  return sensors
    .filter(({ change }) => change !== null || sensors.length > 1)
    .map(({ sensor, frames, change, recordings, example }) => {
      const done = change === 'cropped' ? 'of which the middle was cut out for' : 'scaled to';
      return `${count(recordings)} recordings of ${sensorName(sensor)} ${done} frames of ${sensorName(frames)} (${printable(example)})`;
    });
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, LISTED).map(printable).join(', ');
  return names.length > LISTED ? `${shown} and ${count(names.length - LISTED)} more` : shown;
}
