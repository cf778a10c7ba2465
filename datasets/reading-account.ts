/** What reading many recordings met, summed up for people. */
import { sensorName } from '../src/events/index.ts';
import { lossesOf } from '../src/pipeline/index.ts';
import { listed } from './labelled-source.ts';
import type { ReadRecording } from './labelled-clips.ts';

/** What the reasons of `lossesOf` mean. */
const LOSSES: Readonly<Record<string, string>> = {
  'outside-sensor': 'outside the sensor',
  saturated: 'lost to full counts',
  late: 'late, behind a time step that was closed; `saccade convert --sort` sorts them',
  'incomplete-window': 'of incomplete last windows',
  outlier: 'with an absurd time',
};

/** Recordings of one kind, with a number for each. */
class Tally {
  readonly #ids: string[] = [];
  #total = 0;
  #most = { id: '', n: 0 };

  add(id: string, n: number): void {
    if (n === 0) return;
    this.#ids.push(id);
    this.#total += n;
    if (n > this.#most.n) this.#most = { id, n };
  }

  get total(): number {
    return this.#total;
  }

  /** `in 3 recordings, most (17) in a/1.csv`; where there are few, their names. */
  get where(): string {
    if (this.#ids.length <= 3) return `in ${listed(this.#ids)}`;
    return `in ${count(this.#ids.length)} recordings, most (${count(this.#most.n)}) in ${this.#most.id}`;
  }
}

/**
 * Lines for people, without the names of a recording for each: what was lost by reason, with shares; what was damaged,
 * fitted, restarted. Empty where there is nothing to say.
 */
export function readingNotes(recordings: readonly ReadRecording[]): string[] {
  const losses = new Map<string, Tally>();
  const [damaged, dropped, restarts, repeated] = [new Tally(), new Tally(), new Tally(), new Tally()];
  const fits = new Map<string, Tally>();
  const add = (map: Map<string, Tally>, key: string, id: string, n: number): void => {
    const tally = map.get(key) ?? new Tally();
    map.set(key, tally);
    tally.add(id, n);
  };
  let events = 0;
  const greys: string[] = [];
  for (const { id, repeatedEvents, report } of recordings) {
    if ('grey' in report) {
      if (report.grey) greys.push(id);
      continue;
    }
    const { decode, stream } = report;
    events += stream.events;
    for (const [reason, n] of Object.entries(lossesOf(stream))) add(losses, reason, id, n);
    damaged.add(id, decode.faultCount + (decode.truncatedBytes > 0 ? 1 : 0));
    dropped.add(id, decode.dropped['outside-sensor']);
    restarts.add(id, stream.restarts + stream.resets);
    repeated.add(id, repeatedEvents);
    const { fit } = stream;
    if (fit?.change) {
      const done = fit.change === 'resized' ? 'scaled to' : 'cut down to the middle';
      add(fits, `of ${sensorName(fit.sensor)} ${done} ${sensorName(fit.wanted)}`, id, 1);
    }
  }
  const notes: string[] = [];
  if (greys.length > 0)
    notes.push(
      `${plural(greys.length, 'image')} of greys, the same in red, green and blue: ${listed(greys)}`,
    );
  for (const [what, tally] of fits) notes.push(`${plural(tally.total, 'recording')} ${what}, ${tally.where}`);
  for (const [reason, tally] of losses) {
    const share = ((100 * tally.total) / events).toFixed(1);
    notes.push(
      `left out ${count(tally.total)} events (${share} %) ${LOSSES[reason] ?? reason}, ${tally.where}`,
    );
  }
  if (dropped.total > 0)
    notes.push(
      `left out ${count(dropped.total)} events that their recordings place outside the sensor, ${dropped.where}`,
    );
  if (repeated.total > 0)
    notes.push(
      `${count(repeated.total)} events more in windows than came, because windows or steps overlap, ${repeated.where}`,
    );
  if (damaged.total > 0)
    notes.push(`${plural(damaged.total, 'damaged stretch', 'es')}, what is good was used: ${damaged.where}`);
  if (restarts.total > 0)
    notes.push(
      `the clock restarted ${plural(restarts.total, 'time')}, windows begin anew there: ${restarts.where}`,
    );
  return notes;
}

/**
 * What was read, in one line: `5 recordings of 32.0 s: 1,600 windows`, `50,000 images`.
 *
 * @param recordings of which at least one was read.
 */
export function readingSummary(recordings: readonly ReadRecording[]): string {
  const windows = recordings.reduce((sum, recording) => sum + recording.windows, 0);
  const reports = recordings.flatMap(({ report }) => ('grey' in report ? [] : [report]));
  if (reports.length === 0) return plural(recordings.length, 'image');
  const spans = reports
    .map(({ decode, clipMicros }) => clipMicros ?? (decode.tLast ?? 0) - (decode.tFirst ?? 0))
    .sort((a, b) => a - b);
  const [least, most] = [seconds(spans[0] ?? 0), seconds(spans.at(-1) ?? 0)];
  const partly = reports.some(({ stoppedEarly }) => stoppedEarly);
  const span = partly ? '' : ` of ${least === most ? least : `${least} to ${most}`}`;
  return `${plural(recordings.length, 'recording')}${span}: ${plural(windows, 'window')}`;
}

function seconds(micros: number): string {
  return micros >= 1e6 ? `${(micros / 1e6).toFixed(1)} s` : `${(micros / 1000).toFixed(0)} ms`;
}

function count(n: number): string {
  return n.toLocaleString('en');
}

function plural(n: number, what: string, ending = 's'): string {
  return `${count(n)} ${what}${n === 1 ? '' : ending}`;
}
