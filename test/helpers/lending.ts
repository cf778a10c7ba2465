/** Decoding from memory that its owner uses again, and all that comes of it. */
import {
  concatBatches,
  encodeCanonicalRecords,
  SaccadeError,
  type EventBatch,
} from '../../src/events/index.ts';
import {
  EventFormatError,
  SIDE_CHANNELS,
  type DecodeReport,
  type DecoderOptions,
  type EventDecoder,
  type SideChannelListeners,
} from '../../src/formats/index.ts';

/** Gives bytes to a decoder and takes them back. */
export type Lender = (decoder: EventDecoder, piece: Uint8Array) => EventBatch[];

/** The piece is the decoder's alone. */
export const giveAway: Lender = (decoder, piece) => decoder.push(new Uint8Array(piece));

/** One piece of memory, overwritten after every push; `fill` says with what. */
export function lendFrom(room: Uint8Array, fill: (room: Uint8Array) => void): Lender {
  return (decoder, piece) => {
    const lent = room.subarray(3, 3 + piece.length);
    lent.set(piece);
    try {
      return decoder.push(lent);
    } finally {
      fill(room);
    }
  };
}

/** What came of a recording: looked at when all is over. */
export interface Outcome {
  readonly events: string;
  readonly items: readonly (readonly [channel: string, item: unknown])[];
  readonly report: DecodeReport;
  readonly code: string | null;
}

/** Decodes pieces and listens to everything. */
export function outcomeOf(
  open: (options: DecoderOptions) => EventDecoder,
  pieces: readonly Uint8Array[],
  lend: Lender,
  policy: DecoderOptions['policy'] = 'salvage',
): Outcome {
  const items: (readonly [string, unknown])[] = [];
  const sideChannels = Object.fromEntries(
    SIDE_CHANNELS.map((name) => [name, (item: unknown) => items.push([name, item])]),
  ) as SideChannelListeners;
  const decoder = open({ sideChannels, policy });
  const batches: EventBatch[] = [];
  let code: string | null = null;
  try {
    for (const piece of pieces) batches.push(...lend(decoder, piece));
    batches.push(...decoder.finish());
  } catch (error) {
    if (!(error instanceof SaccadeError)) throw error;
    if (error instanceof EventFormatError) batches.push(...error.events);
    code = error.code as string;
  }
  const events = new TextDecoder('latin1').decode(encodeCanonicalRecords(concatBatches(batches)));
  return { events, items, report: decoder.report, code };
}

/** Bytes cut into pieces of a size. */
export function cut(bytes: Uint8Array, size: number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
  return pieces;
}
