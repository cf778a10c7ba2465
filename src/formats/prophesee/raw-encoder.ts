/** What the encoders of Prophesee's RAW encodings share: the header, and what no encoding can hold. */
import { OptionError, type EventBatch, type SensorGeometry } from '../../events/index.ts';
import type { EncoderOptions } from '../event-format.ts';
import { PushEncoder } from '../push-encoder.ts';
import { giveSpace, takeSpace } from '../records/run-space.ts';
import { RawEncodeKernel, type RawEncodeLoop } from './encode-kernel.ts';
import {
  canHold,
  RAW_COORDINATES,
  startRawEncode,
  WordOutput,
  type EncodeRaw,
  type LeadRaw,
  type RawEncodeState,
} from './encode-words.ts';
import { rawHeaderBytes } from './header.ts';
import type { RawEncoding } from './raw-decoder.ts';

/** How an encoding's words are made. */
export interface RawEncodeWords {
  readonly scalar: EncodeRaw;
  readonly kernel: RawEncodeLoop;
  readonly lead?: LeadRaw;
}

/** Base of the RAW encoders. */
export abstract class RawEncoder extends PushEncoder {
  readonly #encoding: RawEncoding;
  readonly #words: RawEncodeWords;
  readonly #output = new WordOutput();
  #state: RawEncodeState = startRawEncode();

  constructor(encoding: RawEncoding, words: RawEncodeWords, options: EncoderOptions) {
    super(encoding, options);
    this.#encoding = encoding;
    this.#words = words;
    const { width = 1, height = 1 } = options.geometry ?? {};
    if (width > RAW_COORDINATES || height > RAW_COORDINATES) {
      throw new OptionError(
        'geometry',
        `must be at most ${RAW_COORDINATES}x${RAW_COORDINATES} for ${encoding}`,
      );
    }
  }

  protected header(geometry: SensorGeometry | null): Uint8Array {
    this.#state = startRawEncode(geometry);
    if (geometry === null)
      this.note(
        'OpenEB opens no RAW file that does not state the sensor’s size, faery takes it for 1280x720: state geometry',
      );
    return rawHeaderBytes(this.#encoding, geometry);
  }

  protected encode(batch: EventBatch): Uint8Array {
    const { lead } = this.#words;
    const state = { ...this.#state };
    this.#output.length = 0;
    const isFirst = state.high < 0 && canHold(batch, 0, state.last, state);
    if (isFirst) lead?.(state, batch.t[0]!, this.#output);
    for (let i = 0; ;) {
      i = this.#encodeFrom(state, batch, i);
      if (i === batch.length) break;
      if (!canHold(batch, i, state.last, state)) {
        throw this.unencodable(
          batch,
          i,
          0,
          `x must be below ${state.width}, y below ${state.height}, t from 0 to below 2^34 and not before the event in front of it (${state.last}). Subtract an offset from the times, or sort them`,
        );
      }
      lead?.(state, batch.t[i]!, this.#output);
    }
    this.#state = state;
    if (isFirst) this.noteStart?.(batch.t[0]!);
    return this.#output.take();
  }

  /** What a reader makes of the time of the first event. */
  protected noteStart?(time: number): void;

  #encodeFrom(state: RawEncodeState, batch: EventBatch, from: number): number {
    const { scalar, kernel } = this.#words;
    const space = takeSpace();
    const fast = space.kernel(RawEncodeKernel);
    const next =
      fast === null
        ? scalar(state, batch, from, this.#output)
        : fast.encode(kernel, state, batch, from, this.#output);
    giveSpace(space);
    return next;
  }
}
