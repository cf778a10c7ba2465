/** From the bytes of a source's streams to batches, one stream after the other, and the account of all of them. */
import { SaccadeError, type EventBatch } from '../../events/index.ts';
import { DROP_REASONS, EventFormatError, type DecodeReport, type EventDecoder } from '../../formats/index.ts';
import { LossAccount } from '../camera/loss-account.ts';
import type { RecordingNote } from '../protocol/index.ts';
import type { SourceAccount, SourceLog, SourceSink } from './event-source.ts';
import { decoderOptionsOf, type SourceAddress } from './source-address.ts';
import { identify } from './what-is-it.ts';

/** So many first bytes say what a stream is. */
const HEAD_BYTES = 4096;
/** Notes are for people. */
const MAX_NOTES = 20;
/** Shares of what came in the last interval from which on it is odd. */
const MANY = 0.5;
const MANY_STEPS_BACK = 0.25;
const ENOUGH = 50;

/** What changed since health was looked at last. */
interface Seen {
  readonly received: number;
  readonly malformed: number;
  readonly events: number;
  readonly odd: number;
  readonly backward: number;
}

const NOTHING: Seen = { received: 0, malformed: 0, events: 0, odd: 0, backward: 0 };

/** See the file comment. The sockets only move bytes. */
export class StreamDecoding {
  readonly #address: SourceAddress;
  readonly #sink: SourceSink;
  readonly #log: SourceLog;
  readonly #losses = new LossAccount();
  readonly #notes: RecordingNote[] = [];
  #decoder: EventDecoder | undefined;
  #name = '';
  #head: Uint8Array | null = null;
  #bytes = 0;
  #messages = 0;
  #events = 0;
  #gaps = 0;
  #repeats = 0;
  #fault: string | null = null;
  #seen: Seen = NOTHING;
  #complaint: string | null = null;

  constructor(address: SourceAddress, sink: SourceSink, log: SourceLog) {
    this.#address = address;
    this.#sink = sink;
    this.#log = log;
  }

  /** What the last stream ended with, where that was a fault; until events come again. */
  get fault(): string | null {
    return this.#fault;
  }

  /** What is odd about what came in the last interval. */
  get complaint(): string | null {
    return this.#complaint;
  }

  get account(): SourceAccount {
    const report = this.#decoder?.report;
    const { missing = 0, duplicated = 0, outOfOrder = 0 } = report?.datagrams ?? {};
    return {
      bytes: this.#bytes,
      messages: this.#messages,
      events: this.#events,
      gaps: this.#gaps + missing,
      repeats: this.#repeats + duplicated + outOfOrder,
      dropped: this.#losses.with(report && lossesOfReport(report)),
      notes: [...this.#notes, ...this.#notesOf(report)].slice(0, MAX_NOTES),
    };
  }

  /** Counts what is lost beside what decoders see. */
  lose(reason: string, count: number): void {
    this.#losses.add(reason, count);
  }

  /** A stream begins. */
  begin(name: string): void {
    this.end();
    this.#name = name;
    this.#decoder = this.#address.form.createDecoder(decoderOptionsOf(this.#address));
    this.#head = this.#address.transport === 'tcp' ? new Uint8Array(0) : null;
    this.#seen = NOTHING;
    this.#sink.begin(name);
  }

  /** Takes bytes of the stream in hand; `false`: they cannot be read, and the stream is over. */
  push(bytes: Uint8Array, receivedAt: number): boolean {
    const decoder = this.#decoder;
    if (decoder === undefined) return false;
    this.#messages++;
    this.#bytes += bytes.length;
    const other = this.#announcedOtherwise(bytes);
    if (other !== null) {
      this.fail(other);
      return false;
    }
    try {
      this.#deliver(decoder.push(bytes), receivedAt);
      return true;
    } catch (error) {
      this.#break(error, receivedAt);
      return false;
    }
  }

  /** The stream is over; does nothing without one. */
  end(): void {
    const decoder = this.#decoder;
    if (decoder === undefined) return;
    try {
      this.#deliver(decoder.finish(), performance.now());
    } catch (error) {
      // A connection without a byte is no fault.
      const isEmpty = error instanceof EventFormatError && error.code === 'EMPTY_FILE';
      if (!isEmpty) this.#break(error, performance.now());
    }
    this.#close();
  }

  /** The stream is over, as it cannot be what was announced. */
  fail(fault: string): void {
    this.#fault = fault;
    this.#log('warn', 'source refused a stream', { source: this.#address.text, fault });
    this.#close();
  }

  /** Looks at what came since the last look. */
  look(): void {
    const report = this.#decoder?.report;
    if (report === undefined) {
      this.#complaint = null;
      return;
    }
    const now: Seen = {
      received: report.datagrams?.received ?? 0,
      malformed: report.datagrams?.malformed ?? 0,
      events: report.events,
      odd: report.dropped['outside-sensor'] + report.dropped['unknown-type'] + report.dropped['before-time'],
      backward: report.backwardSteps,
    };
    const before = this.#seen;
    const came = (name: keyof Seen): number => now[name] - before[name];
    // An interval in which little came says nothing.
    if (came('received') === 0 && came('events') + came('odd') === 0) return;
    this.#seen = now;
    this.#complaint = complaintOf(came, this.#address, report);
  }

  #deliver(batches: readonly EventBatch[], receivedAt: number): void {
    for (const batch of batches) {
      if (batch.length === 0) continue;
      this.#fault = null;
      this.#events += batch.length;
      this.#sink.events(batch, receivedAt);
    }
  }

  #break(error: unknown, receivedAt: number): void {
    if (error instanceof EventFormatError) this.#deliver(error.events, receivedAt);
    const { form } = this.#address;
    const known = error instanceof SaccadeError;
    if (!known) this.#log('error', 'source failed', { source: this.#address.text, error });
    this.fail(
      known
        ? `what came is not ${form.name}: ${(error as Error).message}`
        : 'reading it failed; the log of the server says why',
    );
  }

  #close(): void {
    const decoder = this.#decoder;
    if (decoder === undefined) return;
    this.#decoder = undefined;
    this.#head = null;
    const { datagrams } = decoder.report;
    this.#gaps += datagrams?.missing ?? 0;
    this.#repeats += (datagrams?.duplicated ?? 0) + (datagrams?.outOfOrder ?? 0);
    this.#losses.addAll(lossesOfReport(decoder.report));
    if (this.#notes.length < MAX_NOTES) this.#notes.push(...this.#notesOf(decoder.report));
    this.#sink.end();
  }

  #notesOf(report: DecodeReport | undefined): RecordingNote[] {
    return (report?.notes ?? []).map(({ message }) => ({ recording: this.#name, text: message }));
  }

  /** What the first bytes of the stream are, if they are certainly no such stream. */
  #announcedOtherwise(bytes: Uint8Array): string | null {
    if (this.#head === null) return null;
    const more = bytes.subarray(0, HEAD_BYTES - this.#head.length);
    const head = new Uint8Array(this.#head.length + more.length);
    head.set(this.#head);
    head.set(more, this.#head.length);
    this.#head = head.length < HEAD_BYTES ? head : null;
    const { form } = this.#address;
    const identity = identify(head);
    if (identity === null || identity.form === form.id) return null;
    return otherForm(identity.name, identity.form, form.id);
  }
}

/** What to do about bytes that are something else. */
export function otherForm(name: string, form: string | null, own: string): string {
  const use = form === null ? 'send the events here as /' + own : `use /${form}`;
  return `what came looks like ${name}, but the form of this source is ${own}: ${use}`;
}

function complaintOf(
  came: (name: keyof Seen) => number,
  { form }: SourceAddress,
  report: DecodeReport,
): string | null {
  const { faults } = report;
  if (came('malformed') > MANY * came('received')) {
    const why = faults.at(-1)?.message ?? '';
    return `${came('malformed')} of ${came('received')} datagrams are not ${form.name}. ${why} Is /${form.id} right?`;
  }
  const records = came('events') + came('odd');
  if (records < ENOUGH) return null;
  if (came('odd') > MANY * records) {
    return `${came('odd')} of ${records} records lie outside the sensor or make no sense: are /${form.id} and its options (?sensor=WxH) right?`;
  }
  if (came('backward') > MANY_STEPS_BACK * came('events'))
    return `time steps back at ${came('backward')} of ${came('events')} events: is /${form.id} right?`;
  return null;
}

/** What a decoder left out, by reason. */
function lossesOfReport(report: DecodeReport): Record<string, number> {
  const losses: Record<string, number> = {};
  for (const reason of DROP_REASONS) if (report.dropped[reason] > 0) losses[reason] = report.dropped[reason];
  if (report.truncatedBytes > 0) losses['truncated-bytes'] = report.truncatedBytes;
  const { malformed = 0, missing = 0 } = report.datagrams ?? {};
  if (malformed > 0) losses['malformed-datagrams'] = malformed;
  if (missing > 0) losses['missing-datagrams'] = missing;
  return losses;
}
