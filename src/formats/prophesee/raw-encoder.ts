/** What the encoders of Prophesee's RAW encodings share: the header, and what no encoding can hold. */
import type { EventBatch, SensorGeometry } from '../../events/index.ts';
import { OptionError } from '../../events/index.ts';
import type { EncoderOptions } from '../event-format.ts';
import { PushEncoder } from '../push-encoder.ts';
import { propheseeHeaderBytes } from './header.ts';
import { RAW_COORDINATES, type RawEncoding } from './raw-decoder.ts';

/** Times of a file are below this, 4.8 hours: the range of EVT2's clock. */
const TIME_RANGE = 2 ** 34;

/** Base of the RAW encoders: an encoding only appends words. */
export abstract class RawEncoder extends PushEncoder {
  readonly #encoding: RawEncoding;
  #last = 0;

  constructor(encoding: RawEncoding, options: EncoderOptions) {
    super(encoding, options);
    this.#encoding = encoding;
    const { width = 1, height = 1 } = options.geometry ?? {};
    if (width > RAW_COORDINATES || height > RAW_COORDINATES) {
      throw new OptionError(
        'geometry',
        `must be at most ${RAW_COORDINATES}x${RAW_COORDINATES} for ${encoding}`,
      );
    }
  }

  /** The words of events that all can be held, in bytes. */
  protected abstract encodeWords(batch: EventBatch): Uint8Array;

  protected header(geometry: SensorGeometry | null): Uint8Array {
    const size = geometry === null ? '' : `;height=${geometry.height};width=${geometry.width}`;
    const lines = [`format ${this.#encoding}${size}`];
    if (geometry !== null) lines.push(`geometry ${geometry.width}x${geometry.height}`);
    // Without the end marker, data that begin with a percent sign and a space would join the header.
    return propheseeHeaderBytes(lines);
  }

  protected encode(batch: EventBatch): Uint8Array {
    const { t, x, y } = batch;
    let last = this.#last;
    for (let i = 0; i < batch.length; i++) {
      const time = t[i]!;
      if (!(time >= last) || time >= TIME_RANGE || x[i]! >= RAW_COORDINATES || y[i]! >= RAW_COORDINATES) {
        throw this.unencodable(
          batch,
          i,
          0,
          `x and y must be below ${RAW_COORDINATES}, t from 0 to below 2^34 and not before the event in front of it (${last}). Subtract an offset from the times, or sort them`,
        );
      }
      last = time;
    }
    this.#last = last;
    return this.encodeWords(batch);
  }
}
