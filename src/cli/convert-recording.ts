/** Reads a recording and writes it again, whole or in part: what `convert` and `cut` share. */
import { createHash, type Hash } from 'node:crypto';
import { openRecording, type RecordingEntry } from '../../datasets/index.ts';
import {
  encodeCanonicalRecords,
  EventCutter,
  OptionError,
  SaccadeError,
  TimeRebaser,
  type CutOptions,
  type CutReport,
  type SensorGeometry,
} from '../events/index.ts';
import {
  createDecoder,
  createEncoder,
  EventFormatError,
  findFormat,
  SIDE_CHANNELS,
  writableFormats,
  type CreateDecoderOptions,
  type DecodeReport,
  type EventFormat,
  type FormatEncoderOptions,
  type SideChannelListeners,
} from '../formats/index.ts';
import { checkOutput, OutputFile } from './output-file.ts';
import { decodeRecording, detectRecording } from './read-recording.ts';

/** What an encoder is told; the sensor's size comes with the events. */
export type EncodingOptions = Omit<FormatEncoderOptions, 'geometry'>;

/** What to read, what to write, and what to do on the way. */
export interface ConvertJob {
  readonly input: RecordingEntry;
  readonly output: string;
  /** Identifier of the output's format. Default: what the output's extension says. */
  readonly to?: string | undefined;
  /** Whether the input's format is preferred where the extension allows several. */
  readonly keepFormat: boolean;
  readonly decoding: CreateDecoderOptions;
  readonly encoding: (target: EventFormat) => EncodingOptions;
  /** What to keep. Default: everything. */
  readonly cut?: CutOptions | undefined;
  /** Subtracts the first kept event's time. */
  readonly rebaseTime: boolean;
  /** Whether a file that is there may be replaced. */
  readonly force: boolean;
  /** Reads the output back before it appears, and compares every event. */
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
  /** What was subtracted from the times of the last segment; `null`: nothing. */
  readonly timeOffset: number | null;
  /** Whether reading stopped early because nothing more could be kept. */
  readonly stoppedEarly: boolean;
  /** The account of reading. */
  readonly report: DecodeReport;
}

/** Nobody needs the items; listening makes the report count them. */
const COUNT_SIDE_CHANNELS: SideChannelListeners = Object.fromEntries(
  SIDE_CHANNELS.map((name) => [name, () => undefined]),
);

/**
 * Converts in bounded memory: the next piece is read when the last one is written. The output appears at the end,
 * or not at all.
 *
 * @throws OptionError, EventFormatError, DatasetError, whatever the signal aborts with, and system errors.
 */
export async function convertRecording(job: ConvertJob): Promise<ConvertSummary> {
  const { input, output, signal } = job;
  await checkOutput(output, input.location, job.force);
  const { format: from } = await detectRecording(input, job.decoding);
  const to = targetFormat(job, from);
  const encoding = job.encoding(to);
  const file = await OutputFile.create(output);
  try {
    const summary = await write(job, from, to, encoding, file);
    signal?.throwIfAborted();
    await file.commit();
    return summary;
  } finally {
    await file.discard();
  }
}

/** The format to write. @throws OptionError where nothing tells it. */
function targetFormat({ to, output, keepFormat }: ConvertJob, from: EventFormat): EventFormat {
  const stated = to === undefined ? undefined : findFormat(to);
  if (stated !== undefined) return stated;
  const writable = writableFormats();
  const lower = output.toLowerCase();
  const candidates = writable.filter(({ extensions }) =>
    extensions.some((extension) => lower.endsWith(extension)),
  );
  if (keepFormat && candidates.includes(from)) return from;
  if (candidates.length === 1) return candidates[0]!;
  const list = (formats: readonly EventFormat[]): string =>
    formats.map(({ id, name }) => `${id} (${name})`).join(', ');
  throw new OptionError(
    '--to',
    candidates.length === 0
      ? `is needed: the extension of ${output} is of no format that saccade writes: ${list(writable)}`
      : `is needed: by its extension ${output} could be ${list(candidates)}`,
  );
}

async function write(
  { input, output, decoding, cut, rebaseTime, verify, onPiece, signal }: ConvertJob,
  from: EventFormat,
  to: EventFormat,
  encoding: EncodingOptions,
  file: OutputFile,
): Promise<ConvertSummary> {
  const reading = { ...(onPiece && { onPiece }), ...(signal && { signal }) };
  const decoder = createDecoder({ fileName: input.id, ...decoding, sideChannels: COUNT_SIDE_CHANNELS });
  const encoder = createEncoder(to.id, encoding);
  const cutter = cut === undefined ? null : new EventCutter(cut);
  const rebaser = rebaseTime ? new TimeRebaser() : null;
  const hash = verify ? createHash('sha256') : null;
  let events = 0;
  let geometry: SensorGeometry | null = null;
  let stoppedEarly = false;
  for await (const batch of decodeRecording(input, decoder, reading)) {
    for (const kept of cutter?.push(batch) ?? [batch]) {
      const rebased = rebaser?.push(kept) ?? kept;
      hash?.update(encodeCanonicalRecords(rebased));
      geometry ??= rebased.geometry;
      await file.write(encode(() => encoder.push(rebased)));
      events += rebased.length;
    }
    stoppedEarly = cutter?.done ?? false;
    if (stoppedEarly) break;
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
  return {
    input: input.location,
    output,
    from,
    to,
    events,
    bytes: file.bytes,
    sha256,
    geometry: geometry ?? decoder.geometry,
    statedGeometry: written.geometry,
    cut: cutter?.report ?? null,
    timeOffset: rebaser?.origin ?? null,
    stoppedEarly,
    report: decoder.report,
  };
}

function encode(work: () => Uint8Array): Uint8Array {
  try {
    return work();
  } catch (error) {
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
  file: OutputFile,
  format: EventFormat,
  told: EncodingOptions,
  whole: boolean,
  signal: AbortSignal | undefined,
): Promise<ReadBack> {
  await file.flush();
  // What the writer was told, a reader may have to know.
  const known = Object.entries(told).filter(([name]) => name in (format.decoderOptions ?? {}));
  const decoder = createDecoder({
    ...Object.fromEntries(known),
    format: format.id,
    policy: whole ? 'strict' : 'salvage',
  });
  const hash: Hash | null = whole ? createHash('sha256') : null;
  const entry = await openRecording(file.temporaryPath);
  for await (const batch of decodeRecording(entry, decoder, signal && { signal })) {
    hash?.update(encodeCanonicalRecords(batch));
    if (!whole) break;
  }
  return {
    geometry: decoder.geometry,
    events: decoder.report.events,
    sha256: hash?.digest('hex') ?? null,
  };
}
