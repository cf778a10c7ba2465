/** What a camera sent and may have to send again, and which decisions were told already. */
import { allocateEvents, batchOf, type EventBatch } from '../../events/index.ts';
import type { DecisionMessage, SegmentInfo } from '../protocol/index.ts';

/** Something that was sent. */
export type SentItem =
  | { readonly kind: 'events'; readonly batch: EventBatch }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array };

/** A recording, and what was sent of it. */
interface SentSegment {
  /** `null`: what is sent before any recording was named. */
  readonly info: SegmentInfo | null;
  readonly number: number | null;
  items: SentItem[];
  bytes: number;
  /** Time steps up to this one were told: windows count on through a recording. */
  told: number;
  /** Events of it that were sent, and those in windows that were decided. */
  events: number;
  decidedEvents: number;
  /** Whether its beginning is not kept any more. */
  cut: boolean;
}

const EVENT_BYTES = 13;

/** What became of what was sent when it is sent again. */
export interface Resend {
  readonly segments: readonly {
    readonly info: SegmentInfo | null;
    readonly items: readonly SentItem[];
  }[];
  /** Events of windows that were not decided and are not kept. */
  readonly lostEvents: number;
}

/**
 * Keeps every recording whose decisions have not all come: until one of a later recording comes. A recording that is
 * larger than there is room for is not kept; it goes on as a new one then.
 */
export class ResendBuffer {
  readonly #maxBytes: number;
  #segments: SentSegment[] = [emptySegment(null, null)];
  #numbers = 0;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** A recording begins; answers what to send: it has a number, which decisions then have too. */
  startSegment(info: SegmentInfo): SegmentInfo {
    const number = this.#numbers++;
    const numbered = { ...info, number };
    this.#segments.push(emptySegment(info, number));
    return numbered;
  }

  /** Keeps a copy; `false`: there is no room for the recording in hand. */
  add(item: SentItem): boolean {
    const segment = this.#segments.at(-1)!;
    if (segment.cut) return false;
    const copy = copyOf(item);
    const bytes = bytesOf(copy);
    segment.items.push(copy);
    segment.bytes += bytes;
    segment.events += eventsOf(copy);
    this.#bytes += bytes;
    for (const oldest of this.#segments) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#bytes -= oldest.bytes;
      Object.assign(oldest, { items: [], bytes: 0, cut: true });
    }
    // Whoever cannot be kept is counted when it is on its way.
    if (segment.cut) segment.events -= eventsOf(item);
    return !segment.cut;
  }

  /** What was not kept is on its way. */
  noteUnkept(item: SentItem): void {
    this.#segments.at(-1)!.events += eventsOf(item);
  }

  /** The last item cannot be sent at all. */
  takeBack(): void {
    const segment = this.#segments.at(-1)!;
    const item = segment.items.pop();
    if (item === undefined) return;
    segment.bytes -= bytesOf(item);
    segment.events -= eventsOf(item);
    this.#bytes -= bytesOf(item);
  }

  /** Takes note of a decision; `null`: it was told before. It comes back with the recording as it was named. */
  take(message: DecisionMessage): DecisionMessage | null {
    const number = message.segment?.number ?? null;
    const at = this.#segments.findIndex((segment) => segment.number === number);
    if (at < 0) return null;
    const segment = this.#segments[at]!;
    const step = message.window * message.steps + message.step;
    if (step <= segment.told) return null;
    segment.told = step;
    if (message.final) segment.decidedEvents += newEventsOf(message);
    // Decisions come in the order of recordings: those before have all of theirs.
    for (const done of this.#segments.splice(0, at)) this.#bytes -= done.bytes;
    return { ...message, segment: segment.info };
  }

  /** What has to be sent again, in order. */
  resend(): Resend {
    let lostEvents = 0;
    const segments = this.#segments.map((segment) => {
      if (segment.cut) {
        lostEvents += Math.max(0, segment.events - segment.decidedEvents);
        // What follows is a new recording under the old name: its windows are counted from 0 again.
        Object.assign(segment, emptySegment(segment.info, this.#numbers++));
      }
      const { info, number, items } = segment;
      return { info: number === null ? null : { ...(info ?? UNNAMED), number }, items };
    });
    return { segments, lostEvents };
  }
}

/** A recording that nobody named, when it has to be told from what was sent before. */
const UNNAMED: SegmentInfo = { name: '', label: null };

function emptySegment(info: SegmentInfo | null, number: number | null): SentSegment {
  return { info, number, items: [], bytes: 0, told: -1, events: 0, decidedEvents: 0, cut: false };
}

/** Events of a window that no window in front of it has; of those left out of frames, it is not known. */
function newEventsOf({ windowEvents, windowRepeatedEvents = 0 }: DecisionMessage): number {
  return Math.max(0, windowEvents - windowRepeatedEvents);
}

function eventsOf(item: SentItem): number {
  return item.kind === 'events' ? item.batch.length : 0;
}

function bytesOf(item: SentItem): number {
  return item.kind === 'events' ? EVENT_BYTES * item.batch.length : item.bytes.length;
}

function copyOf(item: SentItem): SentItem {
  if (item.kind === 'bytes') return { kind: 'bytes', bytes: item.bytes.slice() };
  const { length, geometry, segment, ...from } = item.batch;
  const arrays = allocateEvents(length);
  for (const name of ['t', 'x', 'y', 'p'] as const) arrays[name].set(from[name].subarray(0, length));
  return { kind: 'events', batch: batchOf(arrays, length, geometry, segment) };
}
