/** An encoder by the format's name. */
import { OptionError, type EventBatch } from '../events/index.ts';
import type { BytePatch, EventEncoder, EventFormat } from './event-format.ts';
import { eventFormats, findFormat, type FormatEncoderOptions } from './registry.ts';

/** The formats that saccade writes. */
export function writableFormats(): EventFormat[] {
  return eventFormats.filter((format) => format.createEncoder !== undefined);
}

/**
 * A push encoder for a format. It begins with the first event, so that what the format needs to know of the sensor
 * comes from there unless `geometry` says it.
 *
 * @throws {@link OptionError} for a format that is unknown or only read.
 *
 * @example
 * ```ts
 * import { batchFromTuples, createEncoder } from 'saccade';
 * const encoder = createEncoder('atis40');
 * console.log(Array.from(encoder.push(batchFromTuples([[256, 3, 4, 1]])))); // [3, 4, 128, 1, 0]
 * ```
 */
export function createEncoder(format: string, options: FormatEncoderOptions = {}): EventEncoder {
  const found = findFormat(format);
  if (found?.createEncoder === undefined) {
    const ids = writableFormats().map(({ id }) => id);
    const problem = found === undefined ? 'is none that saccade knows' : 'is only read';
    throw new OptionError('format', `must be one of ${ids.join(', ')}; "${format}" ${problem}`);
  }
  return new FormatEncoder(found, options);
}

class FormatEncoder implements EventEncoder {
  readonly #format: EventFormat;
  readonly #options: FormatEncoderOptions;
  #encoder: EventEncoder | undefined;

  constructor(format: EventFormat, options: FormatEncoderOptions) {
    this.#format = format;
    this.#options = options;
  }

  get patches(): readonly BytePatch[] {
    return this.#encoder?.patches ?? [];
  }

  push(batch: EventBatch): Uint8Array {
    return batch.length === 0 ? new Uint8Array(0) : this.#start(batch).push(batch);
  }

  finish(): Uint8Array {
    return this.#start(null).finish();
  }

  #start(batch: EventBatch | null): EventEncoder {
    const geometry = this.#options.geometry ?? batch?.geometry;
    this.#encoder ??= this.#format.createEncoder!({ ...this.#options, ...(geometry && { geometry }) });
    return this.#encoder;
  }
}
