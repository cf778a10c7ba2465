/** What all decoders share: options, batches, the account of losses, and what damage does under each policy. */
import {
  batchOf,
  integerOption,
  OptionError,
  type EventArrays,
  type EventBatch,
  type SensorGeometry,
} from '../events/index.ts';
import { plainBytes } from './bytes.ts';
import type { DecodeReport } from './decode-report.ts';
import { EventFormatError, type EventFormatErrorCode } from './errors.ts';
import type { DecoderOptions, EventDecoder } from './event-format.ts';
import { RUN_EVENTS } from './records/run-space.ts';
import { resumeState, type ResumePlace, type ResumePoint } from './resume.ts';
import { ReportBuilder, type RunStatistics } from './report-builder.ts';
import type { SideChannelItems, SideChannelListeners, SideChannelName } from './side-channels.ts';

/** What a decoder offers to the parts that it is made of; see the methods of the same names. */
export interface DecoderSink {
  readonly account: ReportBuilder;
  readonly maxBatchEvents: number;
  readonly listeners: SideChannelListeners;
  deliver(arrays: EventArrays, length: number, statistics?: RunStatistics): void;
  deliverSide<Name extends SideChannelName>(name: Name, item: SideChannelItems[Name]): void;
  startSegment(): void;
  damage(code: EventFormatErrorCode, byteOffset: number, message: string): void;
  truncated(bytes: number, what?: string): void;
}

/**
 * Base of the decoders. A format implements `decode` and `end`, hands events on with `deliver` and reports
 * damage with `damage`; both may throw an EventFormatError, and the events delivered before in the same call
 * travel with it.
 */
export abstract class PushDecoder implements EventDecoder {
  /** The account; formats add what they drop, wrap and skip. */
  protected readonly account: ReportBuilder;
  protected readonly maxBatchEvents: number;
  /** Who listens to what; look here before decoding a side channel. */
  protected readonly listeners: SideChannelListeners;
  readonly #strict: boolean;
  #segment = 0;
  #delivered: EventBatch[] = [];
  #failure: EventFormatError | OptionError | undefined;

  constructor(format: string, variant: string, options: DecoderOptions) {
    this.account = new ReportBuilder(format, variant);
    const most = integerOption('maxBatchEvents', options.maxBatchEvents ?? RUN_EVENTS, 1);
    this.maxBatchEvents = Math.min(most, RUN_EVENTS);
    this.listeners = options.sideChannels ?? {};
    this.#strict = options.policy === 'strict';
  }

  abstract get geometry(): SensorGeometry | null;

  get report(): DecodeReport {
    return this.account;
  }

  push(bytes: Uint8Array): EventBatch[] {
    const borrowed = plainBytes(bytes);
    return this.#run(() => {
      this.account.bytes += borrowed.length;
      this.decode(borrowed);
    });
  }

  finish(): EventBatch[] {
    return this.#run(() => {
      if (this.account.bytes === 0)
        throw new EventFormatError('EMPTY_FILE', 0, 'The recording has no bytes.');
      this.end();
    });
  }

  resumePoint(): ResumePoint | null {
    const place = this.#failure === undefined ? this.place() : null;
    if (place === null) return null;
    const byteOffset = this.account.bytes - place.pendingBytes;
    return { byteOffset, segment: this.#segment, state: place.state };
  }

  resume(point: ResumePoint): void {
    this.goOn(point);
    this.#segment = point.segment;
    this.#failure = undefined;
    this.account.restart(point.byteOffset);
  }

  /** What must be known to go on from here; `null`: it cannot be done. Formats that can say so override it and `goOn`. */
  protected place(): ResumePlace | null {
    return null;
  }

  /** Forgets what waits, and knows what was known at the place. @throws EventFormatError for a place of another format. */
  protected goOn(point: ResumePoint): void {
    resumeState(point, -1);
  }

  /** For parts that are classes of their own. */
  protected sink(): DecoderSink {
    return {
      account: this.account,
      maxBatchEvents: this.maxBatchEvents,
      listeners: this.listeners,
      deliver: (arrays, length, statistics) => {
        this.deliver(arrays, length, statistics);
      },
      deliverSide: (name, item) => {
        this.deliverSide(name, item);
      },
      startSegment: () => {
        this.startSegment();
      },
      damage: (code, byteOffset, message) => {
        this.damage(code, byteOffset, message);
      },
      truncated: (bytes, what) => {
        this.truncated(bytes, what);
      },
    };
  }

  /** Decodes what is complete of the stream so far; `bytes` may be reused after the call. */
  protected abstract decode(bytes: Uint8Array): void;

  /** The stream is over: hands out what was held back, reports what is incomplete. */
  protected abstract end(): void;

  /** Hands on the first `length` entries; the arrays must not be written to afterwards. */
  protected deliver(arrays: EventArrays, length: number, statistics?: RunStatistics): void {
    if (length === 0) return;
    const batch = batchOf(arrays, length, this.geometry, this.#segment);
    this.account.deliver(batch, statistics);
    this.#delivered.push(batch);
  }

  /** Hands an item to whoever listens. */
  protected deliverSide<Name extends SideChannelName>(name: Name, item: SideChannelItems[Name]): void {
    const listener = this.listeners[name] as ((item: SideChannelItems[Name]) => void) | undefined;
    if (listener === undefined) return;
    this.account.side[name]++;
    listener(item);
  }

  /** The camera's clock was reset: what follows is a new segment. Deliver what came before first. */
  protected startSegment(): void {
    this.#segment++;
    this.account.startSegment();
  }

  /** Damage that can be survived: noted under the policy `salvage`, thrown under `strict`. */
  protected damage(code: EventFormatErrorCode, byteOffset: number, message: string): void {
    if (this.#strict) throw new EventFormatError(code, byteOffset, message);
    this.account.survive({ code, byteOffset, message });
  }

  /** The stream ended inside a record or packet: its last `bytes` bytes are lost. */
  protected truncated(bytes: number, what = 'record'): void {
    if (bytes === 0) return;
    this.account.truncatedBytes = bytes;
    this.account.truncatedAt = this.account.bytes - bytes;
    this.damage(
      'TRUNCATED',
      this.account.truncatedAt,
      `The stream ends inside a ${what}: its ${bytes} bytes are left out.`,
    );
  }

  #run(decode: () => void): EventBatch[] {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      decode();
      return this.#delivered;
    } catch (error) {
      if (error instanceof OptionError) this.#failure = error;
      if (!(error instanceof EventFormatError)) throw error;
      // A later call throws the same fault, but must not hand the events out again.
      this.#failure = new EventFormatError(error.code, error.byteOffset, error.problem);
      error.events = this.#delivered;
      throw error;
    } finally {
      this.#delivered = [];
    }
  }
}
