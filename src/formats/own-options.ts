/** Options that a format does not have are refused: who sets one means it. */
import { OptionError } from '../events/index.ts';
import type { DecoderOptions, EncoderOptions, EventFormat } from './event-format.ts';

/** Options of all decoders, and what tells the format. */
const GENERAL_DECODER_OPTIONS: Readonly<
  Record<keyof DecoderOptions | 'format' | 'fileName' | 'formats' | 'maxUnpackedBytes' | 'unpack', true>
> = {
  geometry: true,
  maxBatchEvents: true,
  policy: true,
  sideChannels: true,
  format: true,
  fileName: true,
  formats: true,
  maxUnpackedBytes: true,
  unpack: true,
};

const GENERAL_ENCODER_OPTIONS: Readonly<Record<keyof EncoderOptions | 'formats', true>> = {
  geometry: true,
  formats: true,
};

/** Names of options; not all formats have some. */
type Names = Readonly<Record<string, true>> | undefined;

/**
 * Checks that a decoder of the format has all options that are set; `undefined` is not set.
 *
 * @param formats those that may have the option instead, for the message.
 * @throws OptionError
 */
export function checkDecoderOptions(
  format: EventFormat,
  formats: readonly EventFormat[],
  options: Readonly<Record<string, unknown>>,
): void {
  check(format, formats, options, GENERAL_DECODER_OPTIONS, ({ decoderOptions }) => decoderOptions);
}

/** The same for encoders. */
export function checkEncoderOptions(
  format: EventFormat,
  formats: readonly EventFormat[],
  options: Readonly<Record<string, unknown>>,
): void {
  check(format, formats, options, GENERAL_ENCODER_OPTIONS, ({ encoderOptions }) => encoderOptions);
}

function check(
  format: EventFormat,
  formats: readonly EventFormat[],
  options: Readonly<Record<string, unknown>>,
  general: Readonly<Record<string, true>>,
  ownOf: (format: EventFormat) => Names,
): void {
  const own = ownOf(format) ?? {};
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || Object.hasOwn(general, name) || Object.hasOwn(own, name)) continue;
    const others = formats.filter((other) => Object.hasOwn(ownOf(other) ?? {}, name));
    const advice =
      others.length > 0
        ? `it is for ${others.map((other) => other.name).join(', ')}`
        : `what it may be told is ${[...Object.keys(general), ...Object.keys(own)].join(', ')}`;
    throw new OptionError(name, `is not for ${format.name} (${format.id}), and was set; ${advice}`);
  }
}
