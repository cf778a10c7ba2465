/** What the encoders of Prophesee's RAW encodings share: the header, and what no encoding can hold. */
import type { EventBatch, SensorGeometry } from '../../events/index.ts';
import { OptionError } from '../../events/index.ts';
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
  type RawEncodeState,
} from './encode-words.ts';
import { propheseeHeaderBytes } from './header.ts';
import type { RawEncoding } from './raw-decoder.ts';

/** How an encoding's words are made. */
export interface RawEncodeWords {
  readonly scalar: EncodeRaw;
  readonly kernel: RawEncodeLoop;
  /** Writes the words that lead up to a time. */
  readonly bridge?: (state: RawEncodeState, time: number, output: WordOutput) => void;
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
    const size = geometry === null ? '' : `;height=${geometry.height};width=${geometry.width}`;
    const lines = [`format ${this.#encoding}${size}`];
    if (geometry !== null) lines.push(`geometry ${geometry.width}x${geometry.height}`);
    // Without the end marker, data that begin with a percent sign and a space would join the header.
    return propheseeHeaderBytes(lines);
  }

  protected encode(batch: EventBatch): Uint8Array {
    const { bridge } = this.#words;
    const state = { ...this.#state };
    this.#output.length = 0;
    for (let i = 0; ;) {
      i = this.#encodeFrom(state, batch, i);
      if (i === batch.length) break;
      if (!canHold(batch, i, state.last)) {
        throw this.unencodable(
          batch,
          i,
          0,
          `x and y must be below ${RAW_COORDINATES}, t from 0 to below 2^34 and not before the event in front of it (${state.last}). Subtract an offset from the times, or sort them`,
        );
      }
      bridge?.(state, batch.t[i]!, this.#output);
    }
    this.#state = state;
    return this.#output.take();
  }

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
