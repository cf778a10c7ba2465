/** Event Stream 2: delta times, overflow bytes between events, y from the bottom. */
import { integerOption, type SensorGeometry } from '../../events/index.ts';
import { ByteQueue } from '../byte-queue.ts';
import { EventFormatError } from '../errors.ts';
import { startsWith, type DecoderOptions } from '../event-format.ts';
import { PushDecoder } from '../push-decoder.ts';
import { endRun, startRun } from '../records/run.ts';
import { resumeState, type ResumePlace, type ResumePoint } from '../resume.ts';
import { readItems, type ItemSink } from './items.ts';
import {
  ES_SIGNATURE,
  ES_TYPES,
  hasSize,
  PIXEL_EVENT_BYTES,
  plausibleSize,
  SIZE_OFFSET,
  TYPE_OFFSET,
  variantOf,
  VERSION_OFFSET,
  type EsType,
} from './layout.ts';
import { decodeDvs } from './decode-dvs.ts';
import { decodeAtis, type EsClock, type PixelLoop, type ThresholdCrossing } from './pixels.ts';

/** Options of the Event Stream decoder. */
export interface EsDecoderOptions extends DecoderOptions {
  /** Longest payload of a `generic` stream; a longer one is left out. Default 16 MiB. */
  readonly maxPayloadBytes?: number;
}

/**
 * Push decoder of all types: `dvs` and `atis` give events (`atis` threshold crossings go to the side channel
 * `exposure`), `colour` and `generic` go to the side channels `colour` and `payload`, `display` is counted.
 * Times are sums of deltas from 0, so a corrupt byte shifts all that follows; overflow bytes count as `wraps`.
 * A payload beyond `maxPayloadBytes` is damage (`TOO_LARGE`). Old colour files have no size in their header: they are read if `geometry` states it. See the Event Stream
 * specification 2.0 (neuromorphicsystems/event_stream).
 *
 * @throws EventFormatError `BAD_HEADER` for an unknown type and for an impossible size that `geometry` does not
 * replace, `UNSUPPORTED_FORMAT` for a version other than 2.
 *
 * @example
 * ```ts
 * import { batchFromTuples, EsDecoder, EsEncoder } from 'saccade';
 * const file = new EsEncoder().push(batchFromTuples([[1000, 3, 4, 1]], { width: 304, height: 240 }));
 * const decoder = new EsDecoder();
 * const [batch] = decoder.push(file);
 * console.log(batch?.t[0], batch?.y[0], decoder.report.variant); // 1000 4 'ES2/dvs'
 * ```
 */
export class EsDecoder extends PushDecoder {
  readonly #maxPayloadBytes: number;
  readonly #geometryOption: SensorGeometry | undefined;
  readonly #queue = new ByteQueue();
  readonly #clock: EsClock = { time: 0, overflows: 0 };
  readonly #cut = new Uint8Array(PIXEL_EVENT_BYTES);
  #cutBytes = 0;
  /** Bytes yet to come that are left out: of a payload beyond the limit, or all. */
  #skip = 0;
  #geometry: SensorGeometry | null;
  #type: EsType | undefined;

  constructor(options: EsDecoderOptions = {}) {
    super('es', 'ES/other', options);
    const limit = options.maxPayloadBytes ?? 16 * 2 ** 20;
    this.#maxPayloadBytes = integerOption('maxPayloadBytes', limit, 0, 2 ** 31);
    this.#geometryOption = options.geometry;
    this.#geometry = options.geometry ?? null;
  }

  get geometry(): SensorGeometry | null {
    return this.#geometry;
  }

  protected decode(bytes: Uint8Array): void {
    if (this.#type !== undefined) {
      this.#pushData(bytes);
      return;
    }
    this.#queue.push(bytes);
    const type = this.#readHeader();
    if (type !== undefined) {
      this.#type = type;
      this.account.variant = variantOf(type);
      this.account.headerBytes = this.#queue.offset;
      if (!isPixelType(type)) this.#pushData(new Uint8Array(0));
      else this.#pushPixels(this.#queue.take(this.#queue.length)!);
    }
    this.#queue.keep();
  }

  protected end(): void {
    this.truncated(this.#queue.length + this.#cutBytes, this.#type === undefined ? 'header' : 'event');
  }

  /** Of types with pixel events: others are decoded from the start. */
  protected override place(): ResumePlace | null {
    if (!isPixelType(this.#type)) return null;
    return { pendingBytes: this.#cutBytes, state: [this.#clock.time, this.#clock.overflows] };
  }

  protected override goOn(point: ResumePoint): void {
    const [time, overflows] = resumeState(point, isPixelType(this.#type) ? 2 : -1);
    Object.assign(this.#clock, { time, overflows });
    this.#cutBytes = 0;
  }

  #pushData(bytes: Uint8Array): void {
    if (isPixelType(this.#type)) {
      this.#pushPixels(bytes);
      return;
    }
    this.#queue.push(bytes);
    this.#skip -= this.#queue.skip(this.#skip);
    this.#pushItems();
    this.#queue.keep();
  }

  /** Takes the header once it is complete. */
  #readHeader(): EsType | undefined {
    const head = this.#queue.peek(Math.min(this.#queue.length, SIZE_OFFSET + 4))!;
    const signature = ES_SIGNATURE.slice(0, head.length);
    if (!startsWith(head, signature))
      throw new EventFormatError('BAD_HEADER', 0, `The file does not begin with "${ES_SIGNATURE}".`);
    const [version, typeNumber] = [head[VERSION_OFFSET], head[TYPE_OFFSET]];
    if (version !== undefined && version !== 2)
      throw new EventFormatError(
        'UNSUPPORTED_FORMAT',
        VERSION_OFFSET,
        `This is version ${version} of Event Stream; saccade reads version 2.`,
      );
    if (typeNumber === undefined) return undefined;
    const type = ES_TYPES[typeNumber];
    if (type === undefined)
      throw new EventFormatError(
        'BAD_HEADER',
        TYPE_OFFSET,
        `Type ${typeNumber} is none of Event Stream's (0 to 4).`,
      );
    if (!hasSize(type)) {
      this.#queue.skip(SIZE_OFFSET);
      return type;
    }
    if (head.length < SIZE_OFFSET + 4) return undefined;
    this.#readSize(type, head[16]! | (head[17]! << 8), head[18]! | (head[19]! << 8));
    return type;
  }

  #readSize(type: EsType, width: number, height: number): void {
    const stated = plausibleSize(width, height);
    // An encoder that saw no event may not know the size; there is nothing to place then.
    const unstated = width === 0 && height === 0;
    if (stated === null && !unstated && this.#geometryOption === undefined) {
      throw new EventFormatError(
        'BAD_HEADER',
        SIZE_OFFSET,
        `The header states an impossible sensor of ${width}x${height}; files of an older version have no size. State geometry.`,
      );
    }
    this.#geometry = this.#geometryOption ?? stated;
    const old = type === 'colour' && stated === null && !unstated;
    this.#queue.skip(old ? SIZE_OFFSET : SIZE_OFFSET + 4);
  }

  #sizeOf(at: number): SensorGeometry {
    if (this.#geometry !== null) return this.#geometry;
    throw new EventFormatError('BAD_HEADER', at, 'The header states no sensor size. State geometry.');
  }

  #pushPixels(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const loop: PixelLoop = this.#type === 'atis' ? decodeAtis : decodeDvs;
    let at = 0;
    if (this.#cutBytes > 0) {
      at = Math.min(PIXEL_EVENT_BYTES - this.#cutBytes, bytes.length);
      this.#cut.set(bytes.subarray(0, at), this.#cutBytes);
      this.#cutBytes += at;
      if (this.#cutBytes < PIXEL_EVENT_BYTES) return;
      this.#cutBytes = 0;
      this.#run(loop, this.#cut, 0, PIXEL_EVENT_BYTES);
    }
    while (at < bytes.length) {
      const end = Math.min(bytes.length, at + PIXEL_EVENT_BYTES * this.maxBatchEvents);
      const next = this.#run(loop, bytes, at, end);
      if (next === at) break;
      at = next;
    }
    this.#cut.set(bytes.subarray(at));
    this.#cutBytes = bytes.length - at;
  }

  /** One batch; returns where the first cut event begins. */
  #run(loop: PixelLoop, bytes: Uint8Array, start: number, end: number): number {
    const size = this.#sizeOf(this.account.headerBytes);
    const run = startRun(Math.floor((end - start) / PIXEL_EVENT_BYTES));
    const next = loop(bytes, start, end, size, this.#clock, run, this.#crossing);
    this.account.wraps = this.#clock.overflows;
    this.account.dropped['outside-sensor'] += run.outside;
    this.deliver(endRun(run), run.length, run);
    return next;
  }

  readonly #crossing: ThresholdCrossing = (tMicros, x, y, second) => {
    if (this.listeners.exposure === undefined) this.account.dropped['not-a-pixel']++;
    else this.deliverSide('exposure', { tMicros, x, y, second });
  };

  #pushItems(): void {
    const { length, offset } = this.#queue;
    if (length === 0) return;
    const type = this.#type!;
    const size = type === 'colour' ? this.#sizeOf(this.account.headerBytes) : null;
    const context = { type, size, maxPayloadBytes: this.#maxPayloadBytes, offset };
    const read = readItems(context, this.#queue.peek(length)!, this.#clock, this.#sink);
    this.#skip = read - this.#queue.skip(read);
    this.account.wraps = this.#clock.overflows;
  }

  readonly #sink: ItemSink = {
    colour: (event) => {
      if (this.listeners.colour === undefined) this.account.dropped['not-a-pixel']++;
      else this.deliverSide('colour', event);
    },
    payload: (event) => {
      if (this.listeners.payload === undefined) this.account.dropped['not-a-pixel']++;
      else this.deliverSide('payload', event);
    },
    display: () => this.account.dropped['not-a-pixel']++,
    outside: () => this.account.dropped['outside-sensor']++,
    damage: (code, byteOffset, message) => {
      this.damage(code, byteOffset, message);
    },
  };
}

function isPixelType(type: EsType | undefined): boolean {
  return type === 'dvs' || type === 'atis';
}
