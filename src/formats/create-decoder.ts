/** A decoder for bytes whose format is not known yet. */
import type { DetectionHints } from './detect.ts';
import { DetectingDecoder, type PackedRecordingOptions } from './detecting-decoder.ts';
import type { DecoderOptionsOf, EventFormat } from './event-format.ts';
import { eventFormats, type BuiltInFormats } from './registry.ts';

/** What is known of the recording, and the options of whatever format it turns out to be. */
export type CreateDecoderOptions<Formats extends readonly EventFormat[] = BuiltInFormats> =
  DetectionHints<Formats> & DecoderOptionsOf<Formats> & PackedRecordingOptions;

/**
 * A push decoder that looks at the first bytes and then decodes whatever they are: a recording as it is, packed by gzip or
 * zstd, or in a zip archive as its only recording. Once the format is known, an option
 * that it does not have is an OptionError. A page that reads few formats is smaller with {@link DetectingDecoder}.
 *
 * @example
 * ```ts
 * import { createDecoder } from 'saccade';
 * const decoder = createDecoder({ fileName: '00001.bin', geometry: { width: 34, height: 34 } });
 * const batches = [...decoder.push(new Uint8Array([3, 4, 0x80, 1, 0])), ...decoder.finish()];
 * console.log(batches[0]?.length, decoder.report.variant); // 1 'ATIS40'
 * ```
 */
export function createDecoder<const Formats extends readonly EventFormat[] = BuiltInFormats>(
  options?: CreateDecoderOptions<Formats>,
): DetectingDecoder {
  return new DetectingDecoder({ ...options, formats: options?.formats ?? eventFormats });
}
