/**
 * What every recording format provides. A format is one folder here and one line in `registry.ts`.
 */
import type { EventBatch, SensorGeometry } from '../events/index.ts';
import type { DecodeReport } from './decode-report.ts';
import type { FormatTable } from './format-table.ts';
import type { ByteTask, RandomAccess } from './random-access.ts';
import type { ResumePoint } from './resume.ts';
import type { SideChannelListeners, SideChannelName } from './side-channels.ts';
import type { TableBeside } from './table-beside.ts';

/**
 * What damage does. `salvage` (the default) keeps all good events, notes each damaged stretch in the report and
 * goes on where the format lets it. `strict` throws at the first damage; the error carries the good events of the
 * failing call. Damage is a cut tail, a packet that contradicts itself, a checksum that fails. Records that are
 * no pixel events, lie outside the sensor or go back in time are counted under both. What leaves nothing to decode,
 * such as a header that cannot be read, is thrown under both.
 */
export type DamagePolicy = 'strict' | 'salvage';

/** Options that every decoder understands; a format adds its own. */
export interface DecoderOptions {
  /** The sensor's size. Wins over what the recording says. */
  readonly geometry?: SensorGeometry;
  /** Most events in one batch; bounds the memory of a push. Default 16,384, and no more are put into one. */
  readonly maxBatchEvents?: number;
  /** Default `salvage`. */
  readonly policy?: DamagePolicy;
  /** Who wants triggers, frames, IMU samples; nobody by default. */
  readonly sideChannels?: SideChannelListeners;
}

/**
 * Turns the bytes of one recording into batches of events. Feed it with chunks of any size:
 * where the chunks are cut never changes the events.
 */
export interface EventDecoder {
  /**
   * Takes the next bytes and returns the events that are complete. The bytes may be reused after.
   *
   * @throws EventFormatError when the bytes cannot be this format; good events before the fault are in its
   * `events`. Every later call throws it again.
   */
  push(bytes: Uint8Array): EventBatch[];
  /**
   * Says that no more bytes come, and returns what was held back.
   *
   * @throws EventFormatError when what came cannot be a recording of this format (empty, for example).
   */
  finish(): EventBatch[];
  /**
   * Of formats whose events can lie anywhere in a recording: from now on the decoder says which bytes it wants, and `push` is
   * not called any more; `finish` ends it as ever. To be asked after a push. Missing, or `null`: bytes come in order.
   *
   * @param size of the recording in bytes.
   */
  openRandomAccess?(size: number): RandomAccess | null;
  /**
   * Where another decoder could go on, behind what was decoded so far. Missing, or `null`: it cannot, at least not from here.
   * To be asked after a push.
   */
  resumePoint?(): ResumePoint | null;
  /**
   * Goes on from a place that a decoder of the same recording with the same options gave: the next bytes are those from there
   * on. To be called when as many of its first bytes were pushed as that one had when it first gave a place, or
   * on a decoder that gave one itself. The report then counts anew; its `bytes` and places stay those of the recording.
   *
   * @throws EventFormatError `CORRUPT_DATA` for a place that is none of this format.
   */
  resume?(point: ResumePoint): void;
  /** The sensor's size; `null` before the header is read, and where neither header nor caller states it. */
  readonly geometry: SensorGeometry | null;
  /** What was read, and what was lost and where. Up to date after every push. */
  readonly report: DecodeReport;
}

/** Options that every encoder understands; a format adds its own. */
export interface EncoderOptions {
  /** The sensor's size, for the header. Default: that of the first batch. */
  readonly geometry?: SensorGeometry;
}

/** Bytes that belong at an earlier place of the output, known only at its end. */
export interface BytePatch {
  readonly byteOffset: number;
  readonly bytes: Uint8Array;
}

/** Turns batches of one stream into the bytes of a recording. */
export interface EventEncoder {
  /** @throws EventFormatError with code `UNENCODABLE_EVENT` for an event that the format cannot hold. */
  push(batch: EventBatch): Uint8Array;
  finish(): Uint8Array;
  /**
   * After `finish`: what to overwrite in the output, where it can be. Without it the output is still a valid
   * recording, unless the format's `needsPatches` says otherwise.
   */
  readonly patches?: readonly BytePatch[];
  /** After `finish`: what well-known programs will not make of the output what one expects. Missing: nothing known. */
  readonly notes?: readonly string[];
}

/** What the first bytes tell. */
export interface Sniff {
  /** `certain`: signature found. `plausible`: no signature, but the first records could be of this format. */
  readonly confidence: 'certain' | 'plausible';
  /** Version and encoding as the report's `variant` spells it, as far as the first bytes tell. */
  readonly variant?: string;
  readonly geometry?: SensorGeometry;
}

/** Names of the options that a format adds to those of all decoders or encoders. */
export type OwnOptionNames<Options, General> = Readonly<
  Record<Exclude<keyof Options & string, keyof General>, true>
>;

/**
 * A format: identity, detection, decoder, encoder. What its decoder and its encoder may be told are its type's
 * parameters: `createDecoder` and `createEncoder` take the options of the formats that they are given, and refuse others.
 *
 * @example
 * ```ts
 * import { createDecoder, eventFormats, findFormat, type DecoderOptions, type EventFormat } from 'saccade';
 * const atis40 = findFormat('atis40')!;
 * interface LabOptions extends DecoderOptions {
 *   readonly rig?: number;
 * }
 * const lab: EventFormat<LabOptions> = {
 *   ...{ id: 'lab', name: 'Lab rig', extensions: ['.lab'], sideChannels: [], streaming: true },
 *   decoderOptions: { rig: true },
 *   sniff: (head) => (head[0] === 0x4c ? { confidence: 'certain' } : null),
 *   createDecoder: ({ rig = 1, ...options } = {}) => atis40.createDecoder(options),
 * };
 * const decoder = createDecoder({ formats: [...eventFormats, lab], rig: 3 });
 * decoder.push(Uint8Array.of(0x4c, 4, 0x80, 0, 9));
 * decoder.finish();
 * console.log(decoder.detection?.format.name, decoder.report.events); // 'Lab rig' 1
 * ```
 */
export interface EventFormat<
  Decoding extends DecoderOptions = DecoderOptions & Record<string, unknown>,
  Encoding extends EncoderOptions = EncoderOptions,
> {
  /** Identifier used in options, on the command line and on the wire: `aedat2`, `atis40`. */
  readonly id: string;
  /** Name as users know it: `AEDAT 2.0`. */
  readonly name: string;
  /** File extensions in lower case, with the dot. */
  readonly extensions: readonly string[];
  /** What its decoder can deliver beside events. */
  readonly sideChannels: readonly SideChannelName[];
  /**
   * Whether decoders give events as their bytes come, and encoders bytes as their events come: neither holds more than
   * that. `false`: what is needed of the first event comes at the end, and everything waits for it.
   */
  readonly streaming: boolean;
  /** The options that its decoder has beside those of all decoders; missing: none. Others are refused. */
  readonly decoderOptions?: OwnOptionNames<Decoding, DecoderOptions>;
  /** The options that its encoder has beside those of all encoders; missing: none. Others are refused. */
  readonly encoderOptions?: OwnOptionNames<Encoding, EncoderOptions>;
  /** What the first bytes (some thousand, or all there are) tell; `null` if they are not this format. */
  sniff(head: Uint8Array): Sniff | null;
  createDecoder(options?: Decoding): EventDecoder;
  /** Missing where the format is only read. */
  createEncoder?(options?: Encoding): EventEncoder;
  /**
   * What the recording's own table says of where its events are, if it has one that can be believed. Missing: it has none.
   *
   * @param size of the recording in bytes.
   */
  readTable?(size: number, options: Decoding): ByteTask<FormatTable | null>;
  /** A table that another program writes beside such recordings. Missing: none is known. */
  readonly tableBeside?: TableBeside;
  /** Whether what such an encoder writes is no good recording until its `patches` are applied. Missing: never. */
  needsPatches?(options: Encoding): boolean;
}

/** What the decoders of some formats may be told, taken together. */
export type DecoderOptionsOf<Formats extends readonly EventFormat[]> = DecoderOptions &
  Together<
    Formats[number] extends infer Format
      ? Format extends EventFormat<infer Decoding>
        ? Decoding
        : never
      : never
  >;

/** What the encoders of some formats may be told, taken together. */
export type EncoderOptionsOf<Formats extends readonly EventFormat[]> = EncoderOptions &
  Together<
    Formats[number] extends infer Format
      ? Format extends EventFormat<DecoderOptions, infer Encoding>
        ? Encoding
        : never
      : never
  >;

/** The intersection of a union's members. */
type Together<Union> = (Union extends unknown ? (member: Union) => void : never) extends (
  all: infer All,
) => void
  ? All
  : never;

/** The format with an identifier among some, `undefined` if there is none. */
export function formatNamed(id: string, formats: readonly EventFormat[]): EventFormat | undefined {
  return formats.find((format) => format.id === id);
}

/** Whether a file's name, in any case, ends as those of a format do. */
export function hasExtension({ extensions }: Pick<EventFormat, 'extensions'>, fileName: string): boolean {
  const lower = fileName.toLowerCase();
  return extensions.some((extension) => lower.endsWith(extension));
}

/** Whether `head` begins with the ASCII characters of `text`. */
export function startsWith(head: Uint8Array, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (head[i] !== text.charCodeAt(i)) return false;
  return true;
}
