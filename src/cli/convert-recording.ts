/** Reads a recording and writes it again, whole or in part: what `convert` and `cut` share. */
import { createHash, type Hash } from 'node:crypto';
import type { RecordingEntry } from '../../datasets/sources/source.ts';
import {
  encodeCanonicalRecords,
  EventCutter,
  OptionError,
  OrderAccount,
  SaccadeError,
  TimeRebaser,
  type CutOptions,
  type CutReport,
  type EventBatch,
  type SensorGeometry,
} from '../events/index.ts';
import {
  createDecoder,
  createEncoder,
  EventFormatError,
  prepareZstdEncoder,
  type CreateDecoderOptions,
  type DecodeReport,
  type EncoderOptions,
  type EventFormat,
  type FormatEncoderOptions,
} from '../formats/index.ts';
import { recycleBytes } from '../formats/recycle-bytes.ts';
import { emptyCutProblem } from './cut-text.ts';
import { encodingFlag } from './format-options.ts';
import { FilterChain, type FilterReport, type FilterSpec } from '../filters/index.ts';
import { filteredBatches, sortedBatches } from './convert-stages.ts';
import { checkOutput, OutputFile, type RecordingOutput } from './output-file.ts';
import { openKept, type KeptEvents, type PartRead } from './kept-events.ts';
import { OutputPipe } from './output-pipe.ts';
import { RecordingAccessError } from '../pipeline/index.ts';
import { decodeRecording, detectRecording } from './read-recording.ts';
import { STANDARD_STREAM } from './standard-input.ts';
import { targetFormat, type TargetRequest } from './target-format.ts';

/** What an encoder is told; the sensor's size comes with the events. */
export type EncodingOptions = Omit<FormatEncoderOptions, 'geometry'>;

/** What to read, what to write (a file, or `-` for standard output), and what to do on the way. */
export interface ConvertJob extends TargetRequest {
  readonly input: RecordingEntry;
  readonly decoding: CreateDecoderOptions;
  readonly encoding: (target: EventFormat) => EncodingOptions;
  /** What to keep. Default: everything. */
  readonly cut?: CutOptions | undefined;
  /** Filters of what is kept, behind the sorting. */
  readonly filters: readonly FilterSpec[];
  /** Most events that may wait in them; see `FilterChainOptions`. */
  readonly maxHeldEvents?: number;
  /** Puts events into order of time with so many bytes of memory. Default: they stay as they are. */
  readonly sortMemoryBytes?: number | undefined;
  /** Subtracts the first kept event's time. */
  readonly rebaseTime: boolean;
  /** Whether a file that is there may be replaced. */
  readonly force: boolean;
  /** Reads the output back before it appears, with the decoder of this library, and compares every event. */
  readonly verify: boolean;
  /** Called now and then with the bytes read so far. */
  readonly onPiece?: (bytes: number) => void;
  readonly signal?: AbortSignal;
}

/** What was written and what was left behind. */
export interface ConvertSummary {
  readonly input: string;
  readonly output: string;
  readonly from: EventFormat;
  readonly to: EventFormat;
  readonly events: number;
  readonly bytes: number;
  /** SHA-256 of the canonical stream, `null` unless the output was verified. */
  readonly sha256: string | null;
  /** The input's sensor size, and the one that the output states. */
  readonly geometry: SensorGeometry | null;
  readonly statedGeometry: SensorGeometry | null;
  readonly cut: CutReport | null;
  /** The account of each filter. */
  readonly filters: readonly FilterReport[];
  /** Kept events that came earlier than one before them, by how much at most, and whether they were put into order. */
  readonly order: {
    readonly lateEvents: number;
    readonly largestStepMicros: number;
    readonly sorted: boolean;
  };
  /** What was subtracted from the times of the last segment; `null`: nothing. */
  readonly timeOffset: number | null;
  /** Whether reading stopped early because nothing more could be kept. */
  readonly stoppedEarly: boolean;
  /** Bytes that were decoded of the input, and by what it was known which ones; `null`: all, in order. */
  readonly read: PartRead | null;
  /** What other programs will not make of the output, and why an index was not used. */
  readonly notes: readonly string[];
  /** The account of reading. */
  readonly report: DecodeReport;
}

/**
 * Converts in bounded memory: the next piece is read when the last one is written. The output appears at the end,
 * or not at all.
 *
 * @throws OptionError, EventFormatError, DatasetError, whatever the signal aborts with, and system errors.
 */
export async function convertRecording(job: ConvertJob): Promise<ConvertSummary> {
  const { input, output, signal } = job;
  const isPipe = output === STANDARD_STREAM;
  if (!isPipe) await checkOutput(output, input.location, job.force);
  const { format: from } = await detectRecording(input, job.decoding, signal);
  const to = targetFormat(job, from);
  const encoding = job.encoding(to);
  if (isPipe) checkPipe(job, to, encoding);
  const attempt = async (mayJump: boolean, notes: string[]): Promise<ConvertSummary> => {
    const file = isPipe ? new OutputPipe(signal) : await OutputFile.create(output);
    try {
      const summary = await write(job, { from, to, encoding, mayJump, notes }, file);
      signal?.throwIfAborted();
      await file.commit();
      return summary;
    } finally {
      await file.discard();
    }
  };
  try {
    return await attempt(true, []);
  } catch (error) {
    // What is in a pipe cannot be taken back.
    if (!(error instanceof RecordingAccessError) || error.code !== 'STALE_INDEX' || isPipe) throw error;
    return attempt(false, [`all of the recording was read. ${error.message}`]);
  }
}

/** @throws OptionError for what cannot go through a pipe. */
function checkPipe({ verify }: ConvertJob, to: EventFormat, encoding: EncodingOptions): void {
  if (verify)
    throw new OptionError('--verify', 'needs a file: what went to standard output cannot be read back');
  if (to.needsPatches?.(encoding as EncoderOptions)) {
    throw new OptionError(
      'output',
      `cannot be standard output: the header of ${to.name} states what is known at the end only; name a file`,
    );
  }
}

interface Attempt {
  readonly from: EventFormat;
  readonly to: EventFormat;
  readonly encoding: EncodingOptions;
  readonly mayJump: boolean;
  /** What is to be said of indexes; grows. */
  readonly notes: string[];
}

async function write(job: ConvertJob, attempt: Attempt, file: RecordingOutput): Promise<ConvertSummary> {
  const { input, decoding, cut, onPiece, signal } = job;
  const cutter = cut === undefined ? null : new EventCutter(cut);
  const kept = await openKept({
    ...{ input, decoding, cut, cutter, mayJump: attempt.mayJump },
    reading: { ...(onPiece && { onPiece }), ...(signal && { signal }) },
    note: (text) => attempt.notes.push(text),
  });
  try {
    return await writeKept(job, attempt, file, cutter, kept);
  } finally {
    await kept.close();
  }
}

async function writeKept(
  job: ConvertJob,
  { from, to, encoding, notes }: Attempt,
  file: RecordingOutput,
  cutter: EventCutter | null,
  kept: KeptEvents,
): Promise<ConvertSummary> {
  const { input, output, decoding, verify, signal, sortMemoryBytes } = job;
  if (String(encoding['compression']).startsWith('zstd')) await prepareZstdEncoder();
  const encoder = createEncoder(to.id, encoding);
  const filters = new FilterChain(job.filters, { maxHeldEvents: job.maxHeldEvents });
  const rebaser = job.rebaseTime ? new TimeRebaser() : null;
  const order = new OrderAccount({ refuse: decoding.policy === 'strict' && sortMemoryBytes === undefined });
  const hash = verify ? createHash('sha256') : null;
  let events = 0;
  let geometry: SensorGeometry | null = null;
  const ordered = countOrder(kept.batches, order);
  const batches = sortMemoryBytes === undefined ? ordered : sortedBatches(ordered, output, sortMemoryBytes);
  for await (const batch of filteredBatches(batches, filters)) {
    const rebased = rebaser?.push(batch) ?? batch;
    hash?.update(encodeCanonicalRecords(rebased));
    geometry ??= rebased.geometry;
    const bytes = encode(() => encoder.push(rebased));
    await file.write(bytes);
    recycleBytes(bytes);
    events += rebased.length;
  }
  if (job.cut !== undefined && cutter!.report.kept === 0) {
    throw new SaccadeError('NO_EVENTS', emptyCutProblem(job.cut, cutter!.report, kept.segments));
  }
  await file.write(encode(() => encoder.finish()));
  await file.patch(encoder.patches ?? []);
  if (file.bytes === 0) {
    throw new SaccadeError('NO_EVENTS', `No event is left, and ${to.name} has no header: nothing to write.`);
  }
  const sha256 = hash?.digest('hex') ?? null;
  const written = await readBack(file, to, encoding, verify, signal);
  if (sha256 !== null && (written.sha256 !== sha256 || written.events !== events)) {
    throw new SaccadeError(
      'NOT_VERIFIED',
      `${to.name} read back gives ${written.events} events with digest ${written.sha256}, not ${events} with ${sha256}. Nothing was written; please report this.`,
    );
  }
  const { lateEvents, largestStepMicros } = order;
  return {
    input: input.location,
    output,
    from,
    to,
    events,
    bytes: file.bytes,
    sha256,
    geometry: geometry ?? kept.geometry,
    statedGeometry: written.geometry,
    cut: cutter?.report ?? null,
    filters: filters.reports,
    order: { lateEvents, largestStepMicros, sorted: sortMemoryBytes !== undefined },
    timeOffset: rebaser?.origin ?? null,
    stoppedEarly: cutter?.done ?? false,
    read: kept.read,
    notes: [...(encoder.notes ?? []), ...notes],
    report: kept.report,
  };
}

async function* countOrder(
  batches: AsyncIterable<EventBatch>,
  order: OrderAccount,
): AsyncGenerator<EventBatch, void, undefined> {
  for await (const batch of batches) {
    order.push(batch);
    yield batch;
  }
}

function encode(work: () => Uint8Array): Uint8Array {
  try {
    return work();
  } catch (error) {
    if (error instanceof OptionError) {
      const problem = error.message.replace(`Option ${error.option} `, '');
      throw new OptionError(encodingFlag(error.option), problem, { cause: error });
    }
    if (!(error instanceof EventFormatError) || error.code !== 'UNENCODABLE_EVENT') throw error;
    const { code, byteOffset, problem } = error;
    const advice =
      'Nothing was written. --rebase-time makes times begin at 0; `saccade cut` with --time, or with --region and --shift, keeps what fits; --to names a format that holds more.';
    throw new EventFormatError(code, byteOffset, `${problem} ${advice}`, { cause: error });
  }
}

interface ReadBack {
  readonly geometry: SensorGeometry | null;
  readonly events: number;
  readonly sha256: string | null;
}

/** What a reader finds in the output: its first piece, or all of it. */
async function readBack(
  file: RecordingOutput,
  format: EventFormat,
  told: EncodingOptions,
  whole: boolean,
  signal: AbortSignal | undefined,
): Promise<ReadBack> {
  // What the writer was told, a reader may have to know.
  const own = Object.entries(told).filter(([name]) => Object.hasOwn(format.decoderOptions ?? {}, name));
  const decoder = createDecoder({
    ...Object.fromEntries(own),
    format: format.id,
    policy: whole ? 'strict' : 'salvage',
  });
  const hash: Hash | null = whole ? createHash('sha256') : null;
  for await (const batch of decodeRecording(await file.written(), decoder, signal && { signal })) {
    hash?.update(encodeCanonicalRecords(batch));
    if (!whole) break;
  }
  return {
    geometry: decoder.geometry,
    events: decoder.report.events,
    sha256: hash?.digest('hex') ?? null,
  };
}
