/** The events of a recording that a conversion or a cut keeps, read in order or only where they are. */
import type { RecordingEntry } from '../../datasets/sources/source.ts';
import {
  SegmentAccount,
  type CutOptions,
  type EventBatch,
  type EventCutter,
  type SegmentSummary,
  type SensorGeometry,
} from '../events/index.ts';
import { createDecoder, type CreateDecoderOptions, type DecodeReport } from '../formats/index.ts';
import type { DecodeBytesOptions } from '../pipeline/index.ts';
import { decodeRecording } from './read-recording.ts';
import { COUNT_SIDE_CHANNELS, openIndexed, type IndexNote } from './recording-index.ts';

/** What was decoded of a recording, and by what it was known what to decode. */
export interface PartRead {
  /** Some may have been decoded twice. */
  readonly bytes: number;
  readonly of: number;
  readonly by: 'index' | 'table';
}

/** See {@link openKept}. The account is up to date after each batch. */
export interface KeptEvents {
  readonly batches: AsyncIterable<EventBatch>;
  readonly report: DecodeReport;
  readonly geometry: SensorGeometry | null;
  readonly segments: readonly SegmentSummary[];
  /** `null`: all of it, in order. */
  readonly read: PartRead | null;
  readonly close: () => Promise<void>;
}

/** What to read and how. */
export interface KeptRequest {
  readonly input: RecordingEntry;
  readonly decoding: CreateDecoderOptions;
  readonly cut: CutOptions | undefined;
  readonly cutter: EventCutter | null;
  readonly reading: DecodeBytesOptions;
  /** Whether an index or a table may be used. */
  readonly mayJump: boolean;
  readonly note: IndexNote;
}

/** Stops reading when nothing more can be kept. */
export async function openKept(request: KeptRequest): Promise<KeptEvents> {
  return (await openPart(request)) ?? openWhole(request);
}

function openWhole({ input, decoding, cutter, reading }: KeptRequest): KeptEvents {
  const decoder = createDecoder({ fileName: input.id, ...decoding, sideChannels: COUNT_SIDE_CHANNELS });
  const account = new SegmentAccount();
  return {
    batches: (async function* () {
      for await (const batch of decodeRecording(input, decoder, reading)) {
        account.push(batch);
        yield* cutter?.push(batch) ?? [batch];
        if (cutter?.done) return;
      }
    })(),
    get report() {
      return decoder.report;
    },
    get geometry() {
      return decoder.geometry;
    },
    segments: account.segments,
    read: null,
    close: () => Promise.resolve(),
  };
}

/** With the help of an index or of the format's table; `null` where there is none that helps. */
async function openPart({
  input,
  decoding,
  cut,
  cutter,
  reading: { signal, onPiece },
  mayJump,
  note,
}: KeptRequest): Promise<KeptEvents | null> {
  const canHelp = cut?.time !== undefined || cut?.count !== undefined || cut?.segment !== undefined;
  if (!mayJump || cutter === null || !canHelp) return null;
  const indexed = await openIndexed(input, decoding, note);
  if (indexed === null) return null;
  const { recording, index, close } = indexed;
  // A table counts events that the decoder leaves out, and says nothing of damage.
  if (index.origin === 'table' && (cut?.count !== undefined || decoding.policy === 'strict')) {
    await close();
    return null;
  }
  return {
    batches: recording.cut(cutter, { ...(signal && { signal }), ...(onPiece && { onPiece }) }),
    get report() {
      return index.report ?? recording.lastReport!;
    },
    geometry: index.geometry,
    segments: index.summary.segments,
    get read() {
      const by = index.origin === 'table' ? ('table' as const) : ('index' as const);
      return { bytes: recording.bytesRead, of: input.bytes, by };
    },
    close,
  };
}
