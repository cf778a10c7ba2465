/** An encoder by the format's name. */
import { OptionError, type EventBatch } from '../events/index.ts';
import type {
  BytePatch,
  EncoderOptions,
  EncoderOptionsOf,
  EventEncoder,
  EventFormat,
} from './event-format.ts';
import { checkEncoderOptions } from './own-options.ts';
import { eventFormats, findFormat, type BuiltInFormats } from './registry.ts';

/** Those of the formats that can be written. */
export function writableFormats(formats: readonly EventFormat[] = eventFormats): EventFormat[] {
  return formats.filter((format) => format.createEncoder !== undefined);
}

/** What {@link createEncoder} may be told: the options of the format's encoder, and which formats there are. */
export type CreateEncoderOptions<Formats extends readonly EventFormat[] = BuiltInFormats> =
  EncoderOptionsOf<Formats> & {
    /** Where an identifier is looked for. Default: {@link eventFormats}. */
    readonly formats?: Formats;
  };

/**
 * A push encoder for a format. It begins with the first event, so that what the format needs to know of the sensor
 * comes from there unless `geometry` says it.
 *
 * @param format an identifier, or the format itself.
 * @throws {@link OptionError} for a format that is unknown or only read, and for an option that it does not have.
 *
 * @example
 * ```ts
 * import { batchFromTuples, createEncoder } from 'saccade';
 * const encoder = createEncoder('atis40');
 * console.log(Array.from(encoder.push(batchFromTuples([[256, 3, 4, 1]])))); // [3, 4, 128, 1, 0]
 * ```
 */
export function createEncoder<const Formats extends readonly EventFormat[] = BuiltInFormats>(
  format: string,
  options?: CreateEncoderOptions<Formats>,
): EventEncoder;
export function createEncoder<Format extends EventFormat>(
  format: Format,
  options?: EncoderOptionsOf<readonly [Format]>,
): EventEncoder;
export function createEncoder(
  format: string | EventFormat,
  options: EncoderOptions & { readonly formats?: readonly EventFormat[] } = {},
): EventEncoder {
  const { formats = eventFormats } = options;
  const found = writableFormat(format, formats);
  checkEncoderOptions(found, formats, { ...options });
  return new FormatEncoder(found, options);
}

/**
 * Whether what {@link createEncoder} writes is no good recording until the encoder's `patches` are applied, as its
 * header states what is known at the end.
 */
export function encoderNeedsPatches(
  format: string | EventFormat,
  options: EncoderOptions & { readonly formats?: readonly EventFormat[] } = {},
): boolean {
  const found = typeof format === 'string' ? findFormat(format, options.formats) : format;
  return found?.needsPatches?.(options) ?? false;
}

/** The format to write. @throws {@link OptionError} */
function writableFormat(format: string | EventFormat, formats: readonly EventFormat[]): EventFormat {
  const found = typeof format === 'string' ? findFormat(format, formats) : format;
  if (found?.createEncoder !== undefined) return found;
  const ids = writableFormats(formats).map(({ id }) => id);
  const problem = found === undefined ? 'is none that saccade knows' : 'is only read';
  const id = typeof format === 'string' ? format : format.id;
  throw new OptionError('format', `must be one of ${ids.join(', ')}; "${id}" ${problem}`);
}

class FormatEncoder implements EventEncoder {
  readonly #format: EventFormat;
  readonly #options: EncoderOptions;
  #encoder: EventEncoder | undefined;

  constructor(format: EventFormat, options: EncoderOptions) {
    this.#format = format;
    this.#options = options;
  }

  get patches(): readonly BytePatch[] {
    return this.#encoder?.patches ?? [];
  }

  get notes(): readonly string[] {
    return this.#encoder?.notes ?? [];
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
