/** Keeps the account of a decode. */
import type { EventBatch } from '../events/index.ts';
import {
  DROP_REASONS,
  MAX_FAULTS,
  type DatagramAccount,
  type DecodeNote,
  type DecodeReport,
  type DropReason,
  type Fault,
} from './decode-report.ts';
import { SIDE_CHANNELS, type SideChannelName } from './side-channels.ts';

/** What a decoding loop may count on its way, to spare a second pass over the events. */
export interface RunStatistics {
  readonly on: number;
  /** Steps back in time within the run, not counting the one into its first event. */
  readonly backwardSteps: number;
}

function zeros<Name extends string>(names: readonly Name[]): Record<Name, number> {
  return Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>;
}

/** Copied for each report: making them name by name takes ten times as long. */
const NOTHING_DROPPED = zeros(DROP_REASONS);
const NOTHING_BESIDE = zeros(SIDE_CHANNELS);

/** Fewer events than these may be of one polarity by chance. */
const MIN_ONE_POLARITY_EVENTS = 1000;

/** A report that can be written to; decoders own one. */
export class ReportBuilder implements DecodeReport {
  readonly format: string;
  variant: string;
  bytes = 0;
  headerBytes = 0;
  headerLines: readonly string[] = [];
  events = 0;
  on = 0;
  tFirst: number | null = null;
  tLast: number | null = null;
  readonly dropped: Record<DropReason, number> = { ...NOTHING_DROPPED };
  readonly side: Record<SideChannelName, number> = { ...NOTHING_BESIDE };
  wraps = 0;
  resets = 0;
  backwardSteps = 0;
  truncatedBytes = 0;
  truncatedAt: number | null = null;
  datagrams: DatagramAccount | null = null;
  readonly faults: Fault[] = [];
  faultCount = 0;
  readonly notes: DecodeNote[] = [];
  /** Time of the last event of this segment. */
  #previous = -Infinity;
  #bothPolarities = false;

  constructor(format: string, variant: string) {
    this.format = format;
    this.variant = variant;
  }

  /** Counts a batch that is about to be delivered. */
  deliver(batch: EventBatch, statistics: RunStatistics = statisticsOf(batch)): void {
    const { length, t } = batch;
    if (length === 0) return;
    if (t[0]! < this.#previous) this.backwardSteps++;
    this.tFirst ??= t[0]!;
    this.#previous = t[length - 1]!;
    this.tLast = this.#previous;
    this.events += length;
    this.on += statistics.on;
    this.backwardSteps += statistics.backwardSteps;
    if (!this.#bothPolarities) this.#judgePolarities();
  }

  /** A new time segment: the next event's time is not compared with the last one's. */
  startSegment(): void {
    this.resets++;
    this.#previous = -Infinity;
  }

  /** Counts anew from a place of the recording on. What is known of all of it stays. */
  restart(byteOffset: number): void {
    this.bytes = byteOffset;
    this.events = 0;
    this.on = 0;
    this.tFirst = null;
    this.tLast = null;
    Object.assign(this.dropped, NOTHING_DROPPED);
    Object.assign(this.side, NOTHING_BESIDE);
    this.wraps = 0;
    this.resets = 0;
    this.backwardSteps = 0;
    this.truncatedBytes = 0;
    this.truncatedAt = null;
    this.faults.length = 0;
    this.faultCount = 0;
    this.#previous = -Infinity;
    this.#bothPolarities = false;
  }

  /** Notes something, in the place of what was noted under its code. */
  note(note: DecodeNote): void {
    const known = this.notes.findIndex(({ code }) => code === note.code);
    this.notes.splice(known < 0 ? this.notes.length : known, 1, note);
  }

  #judgePolarities(): void {
    const { events, on } = this;
    this.#bothPolarities = on > 0 && on < events;
    if (this.#bothPolarities) {
      const noted = this.notes.findIndex(({ code }) => code === 'ONE_POLARITY');
      if (noted >= 0) this.notes.splice(noted, 1);
    } else if (events >= MIN_ONE_POLARITY_EVENTS) {
      const polarity = on === 0 ? 'OFF' : 'ON';
      const message = `All events are ${polarity}: whoever wrote the recording may have lost their polarity.`;
      this.note({ code: 'ONE_POLARITY', message });
    }
  }

  /** Damage that decoding survived. */
  survive(fault: Fault): void {
    this.faultCount++;
    if (this.faults.length < MAX_FAULTS) this.faults.push(fault);
  }
}

function statisticsOf({ length, t, p }: EventBatch): RunStatistics {
  let previous = t[0] ?? 0;
  let on = 0;
  let backwardSteps = 0;
  for (let i = 0; i < length; i++) {
    const time = t[i]!;
    if (time < previous) backwardSteps++;
    previous = time;
    on += p[i]!;
  }
  return { on, backwardSteps };
}
