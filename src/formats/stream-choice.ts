/** Several streams of events in one recording: one is decoded, the others are counted and named. */
import { OptionError } from '../events/index.ts';
import type { ReportBuilder } from './report-builder.ts';

/** Streams named in a message. */
const MAX_NAMED = 8;

/** What is known of the streams before their events come. */
export interface StreamDeclaration {
  readonly id: number;
  /** As the header names it; may be empty. */
  readonly name: string;
}

/** Decides which stream's events are delivered: the one that the caller states, or the first. */
export class StreamChoice {
  readonly #account: ReportBuilder;
  readonly #stated: boolean;
  readonly #declared: readonly StreamDeclaration[];
  #chosen: number | undefined;
  /** Events by stream, in the order in which the streams came. */
  readonly #events = new Map<number, number>();
  #isNoted = true;

  /**
   * @param stated the option `stream`.
   * @param first the stream to decode where none is stated; default: the first whose events come.
   */
  constructor(
    account: ReportBuilder,
    declared: readonly StreamDeclaration[],
    stated: number | undefined,
    first?: number,
  ) {
    this.#account = account;
    this.#declared = declared;
    this.#stated = stated !== undefined;
    this.#chosen = stated ?? first;
  }

  /** The stream that is decoded; `undefined` before one is. */
  get chosen(): number | undefined {
    return this.#chosen;
  }

  /** Goes on in the middle of a recording, where this stream was decoded; `undefined`: none yet. */
  restart(chosen: number | undefined): void {
    this.#chosen = chosen;
    this.#events.clear();
    if (chosen !== undefined) this.#events.set(chosen, 0);
    this.#isNoted = true;
  }

  /** Whether a stream's events, some of which are there, are to be delivered. */
  takes(stream: number): boolean {
    this.#chosen ??= stream;
    if (!this.#events.has(stream)) this.#events.set(stream, 0);
    return stream === this.#chosen;
  }

  /** Counts events of a stream that is not taken. */
  leaveOut(stream: number, events: number): void {
    this.#account.dropped['other-stream'] += events;
    this.#events.set(stream, this.#events.get(stream)! + events);
    this.#isNoted = false;
  }

  /** Whether a stream has events, none of which are delivered. */
  isOther(stream: number): boolean {
    return stream !== this.#chosen && this.#events.has(stream);
  }

  /** Notes the streams that are left out. To be called once a push, as every packet would be often. */
  note(): void {
    if (this.#isNoted) return;
    this.#isNoted = true;
    const others = [...this.#events.keys()].filter((stream) => stream !== this.#chosen);
    const message = `Stream ${this.#name(this.#chosen!)} is read; not read: ${this.#list(others)}.`;
    this.#account.note({ code: 'OTHER_STREAMS', message, option: 'stream' });
  }

  /**
   * No more events come. Where the header declares nothing, this is when it is known that a stream is not there.
   *
   * @throws OptionError for a stated stream that is neither declared nor had events.
   */
  finish(): void {
    this.note();
    if (!this.#stated) return;
    const { length } = this.#declared;
    if (this.#events.has(this.#chosen!) || this.#isDeclared || length + this.#events.size === 0) return;
    this.refuse();
  }

  /** Says which streams there are. */
  refuse(): never {
    const ids = new Set([...this.#declared.map(({ id }) => id), ...this.#events.keys()]);
    throw new OptionError(
      'stream',
      `names stream ${this.#chosen}, which is not there; there is ${this.#list([...ids]) || 'none'}`,
    );
  }

  /** Whether the header declares the stream that was stated. */
  get #isDeclared(): boolean {
    return this.#declared.some(({ id }) => id === this.#chosen);
  }

  #list(streams: readonly number[]): string {
    const named = streams.slice(0, MAX_NAMED).map((stream) => {
      const events = this.#events.get(stream);
      const count = events === undefined || events === 0 ? '' : `: ${events.toLocaleString('en')} events`;
      return this.#name(stream) + count;
    });
    const more = streams.length - named.length;
    return named.join(', ') + (more > 0 ? ` and ${more} more` : '');
  }

  #name(stream: number): string {
    const name = this.#declared.find(({ id }) => id === stream)?.name ?? '';
    return name === '' ? String(stream) : `${stream} (${name})`;
  }
}
