/**
 * What every recording format provides. A format is one folder here and one line in `registry.ts`.
 */
import type { EventBatch, SensorGeometry } from '../events/index.ts';
import type { DecodeReport } from './decode-report.ts';

/** Options that every decoder understands; a format adds its own. */
export interface DecoderOptions {
  /** The sensor's size. Wins over what the recording says. */
  readonly geometry?: SensorGeometry;
  /** Most events in one batch; bounds the memory of a push. Default 65,536. */
  readonly maxBatchEvents?: number;
}

/**
 * Turns the bytes of one recording into batches of events. Feed it with chunks of any size:
 * where the chunks are cut never changes the events.
 */
export interface EventDecoder {
  /**
   * Takes the next bytes and returns the events that are complete. The bytes may be reused after.
   *
   * @throws EventFormatError when the bytes cannot be this format. Events returned before stay good.
   */
  push(bytes: Uint8Array): EventBatch[];
  /**
   * Says that no more bytes come, and returns what was held back. A cut tail is reported, not thrown.
   *
   * @throws EventFormatError when what came cannot be a recording of this format (empty, for example).
   */
  finish(): EventBatch[];
  /** The sensor's size; `null` before the header is read, and where neither header nor caller states it. */
  readonly geometry: SensorGeometry | null;
  /** What was read, and what was lost and where. Up to date after every push. */
  readonly report: DecodeReport;
}

/** Turns batches of one stream into the bytes of a recording. */
export interface EventEncoder {
  /** @throws EventFormatError with code `UNENCODABLE_EVENT` for an event that the format cannot hold. */
  push(batch: EventBatch): Uint8Array;
  finish(): Uint8Array;
}

/** How sure a look at the first bytes can be. */
export type SniffConfidence = 'certain' | 'plausible' | 'no';

/** A format: identity, detection, decoder, encoder. */
export interface EventFormat {
  /** Identifier used in options, on the command line and on the wire: `aedat2`, `atis40`. */
  readonly id: string;
  /** Name as users know it: `AEDAT 2.0`. */
  readonly name: string;
  /** File extensions in lower case, with the dot. */
  readonly extensions: readonly string[];
  /** How sure is it, from the first bytes alone, that they are this format? */
  sniff(head: Uint8Array): SniffConfidence;
  createDecoder(options?: DecoderOptions & Record<string, unknown>): EventDecoder;
  createEncoder(options?: { readonly geometry?: SensorGeometry } & Record<string, unknown>): EventEncoder;
}
