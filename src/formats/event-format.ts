/**
 * What every recording format provides. A format is one folder here and one line in `registry.ts`.
 */
import type { EventBatch, SensorGeometry } from '../events/index.ts';
import type { DecodeReport } from './decode-report.ts';
import type { SideChannelListeners, SideChannelName } from './side-channels.ts';

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
   * recording, unless the format says otherwise.
   */
  readonly patches?: readonly BytePatch[];
}

/** What the first bytes tell. */
export interface Sniff {
  /** `certain`: signature found. `plausible`: no signature, but the first records could be of this format. */
  readonly confidence: 'certain' | 'plausible';
  /** Version and encoding as the report's `variant` spells it, as far as the first bytes tell. */
  readonly variant?: string;
  readonly geometry?: SensorGeometry;
}

/** A format: identity, detection, decoder, encoder. */
export interface EventFormat {
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
  /** What the first bytes (some thousand, or all there are) tell; `null` if they are not this format. */
  sniff(head: Uint8Array): Sniff | null;
  createDecoder(options?: DecoderOptions & Record<string, unknown>): EventDecoder;
  /** Missing where saccade does not write the format. */
  createEncoder?(options?: EncoderOptions & Record<string, unknown>): EventEncoder;
}

/** Whether `head` begins with the ASCII characters of `text`. */
export function startsWith(head: Uint8Array, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (head[i] !== text.charCodeAt(i)) return false;
  return true;
}
