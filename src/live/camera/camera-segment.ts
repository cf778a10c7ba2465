/** One recording of a camera in work. */
import { sliceBatch, type EventBatch, type SensorGeometry } from '../../events/index.ts';
import {
  createDecoder,
  eventFormats,
  type CreateDecoderOptions,
  type EventDecoder,
  type EventFormat,
} from '../../formats/index.ts';
import { FilterError } from '../../filters/index.ts';
import type { StepFrame } from '../../frames/index.ts';
import type { InferenceEngine } from '../../inference/index.ts';
import { frameOptionsOf, FrameStream, PipelineError, sortReading } from '../../pipeline/index.ts';
import type { SegmentInfo } from '../protocol/index.ts';
import type { CameraPipelineOptions } from './camera-pipeline-options.ts';

/** See the file comment. */
export interface Segment {
  readonly info: SegmentInfo | null;
  /** `null` where events come as such. */
  readonly decoder: EventDecoder | null;
  readonly stream: FrameStream;
  readonly sensor: SensorGeometry | null;
  /** Windows and time segments of this recording that were counted by streams before this one. */
  readonly before: { readonly windows: number; readonly clockSegments: number };
}

/** How recordings of a camera are read. */
export interface SegmentOptions {
  /** Size of the sensor, `null` where recordings state it. */
  readonly sensor: SensorGeometry | null;
  /** Whether bytes or batches will be pushed. */
  readonly payload: 'events' | 'raw';
  readonly decoding?: CreateDecoderOptions;
  /** Whether bytes come from others: of formats that stream, and not packed. Default false. */
  readonly fromPeer?: boolean;
  /** Bytes of events that may wait for the end of their time step, or in a filter. Default: any for steps, the default of `FilterChain` for filters. */
  readonly maxOpenBytes?: number;
  /** Whether pushed batches are the pipeline's own from then on: their memory then serves later ones. */
  readonly ownsBatches?: boolean;
}

/** Others are kept until they end, up to a gigabyte each, and little that is packed becomes much. */
const STREAMING: readonly EventFormat[] = eventFormats.filter(({ streaming }) => streaming);

function openDecoder({ fromPeer = false }: SegmentOptions, decoding: CreateDecoderOptions): EventDecoder {
  if (!fromPeer) return createDecoder(decoding);
  return createDecoder({ ...decoding, formats: STREAMING, unpack: false });
}

/** A recording begins. */
export function openSegment(
  options: SegmentOptions,
  engine: InferenceEngine,
  info: SegmentInfo | null,
): Segment {
  const sensor = info?.sensor ?? options.sensor;
  const decoder =
    options.payload === 'raw' ? openDecoder(options, sortReading(decodingOf(options, info)).decoding) : null;
  const stream = openStream(options, engine, info, sensor);
  return { info, decoder, stream, sensor, before: { windows: 0, clockSegments: 0 } };
}

/** The recording goes on with the frames that another engine wants. @param before see {@link Segment}. */
export function reopenSegment(
  segment: Segment,
  options: SegmentOptions,
  engine: InferenceEngine,
  before: Segment['before'],
): Segment {
  return { ...segment, stream: openStream(options, engine, segment.info, segment.sensor), before };
}

function decodingOf({ decoding = {} }: SegmentOptions, info: SegmentInfo | null): CreateDecoderOptions {
  const fileName = decoding.fileName ?? info?.name;
  return { ...decoding, ...(fileName !== undefined && { fileName }) };
}

function openStream(
  options: SegmentOptions,
  engine: InferenceEngine,
  info: SegmentInfo | null,
  sensor: SensorGeometry | null,
): FrameStream {
  const { rule, output } = frameOptionsOf(engine, sortReading(decodingOf(options, info)).rule);
  // Where there is a bound, the camera's policy says what becomes of events beyond it.
  const maxHeldEvents = options.maxOpenBytes === undefined ? {} : { maxHeldEvents: Infinity };
  return new FrameStream({ rule, output, sensor, recycle: ownsMemory(options), ...maxHeldEvents });
}

/** Whether batches are nobody else's. */
export function ownsMemory({ payload, ownsBatches = false }: SegmentOptions): boolean {
  return payload === 'raw' || ownsBatches;
}

/**
 * Whether more events wait than may.
 *
 * @throws PipelineError `STEP_TOO_LARGE`, FilterError `TOO_MANY_HELD`, where the camera's policy lets none be left out.
 */
export function isOverfull(
  stream: FrameStream,
  { policy, maxOpenBytes = Infinity }: Pick<CameraPipelineOptions, 'policy' | 'maxOpenBytes'>,
): boolean {
  if (stream.openBytes <= maxOpenBytes) return false;
  if (policy === 'pause') throw tooMuchOpen(stream, maxOpenBytes);
  return true;
}

function tooMuchOpen({ report }: FrameStream, maxOpenBytes: number): PipelineError | FilterError {
  const holding = report.filters.find(({ held }) => held > 0);
  if (holding !== undefined) {
    const { filter, held } = holding;
    return new FilterError(
      'TOO_MANY_HELD',
      filter,
      `Filter ${filter} waits for the end of a time segment, and ${held} events of it are more than ${maxOpenBytes} bytes are enough for. Begin segments more often, or serve the model without it (--filter).`,
    );
  }
  const problem = `A time step holds more events than ${maxOpenBytes} bytes are enough for. Does the camera's clock stand?`;
  return new PipelineError('STEP_TOO_LARGE', problem);
}

/** A frame with the numbers that its window and its time segment have in the recording. */
export function numberedFrame(frame: StepFrame, { before }: Segment): StepFrame {
  const { windows, clockSegments } = before;
  if (windows === 0 && clockSegments === 0) return frame;
  return { ...frame, window: frame.window + windows, segment: frame.segment + clockSegments };
}

/** What of a batch closes the window that is open, and what lies behind it. */
export interface WindowEnd {
  /** To its last step, where it is closed. */
  readonly frames: readonly StepFrame[];
  readonly closed: boolean;
  /** Of the window behind it: not in the stream. */
  readonly rest: EventBatch;
  /** Events of the window behind it that lie in front of the batch. */
  readonly lost: number;
}

/** Pushes as much of a batch as closes the open window, event by event; the stream has no open window then. */
export function pushToWindowEnd(stream: FrameStream, batch: EventBatch): WindowEnd {
  const frames: StepFrame[] = [];
  for (let i = 0; i < batch.length; i++) {
    const closed = stream.push(sliceBatch(batch, i, i + 1));
    const last = closed.findIndex(({ step, steps }) => step === steps - 1);
    frames.push(...(last < 0 ? closed : closed.slice(0, last + 1)));
    if (last < 0) continue;
    // A time step is closed by the event behind it, or by its own last one.
    const behind = stream.abandon();
    const from = Math.max(0, i + 1 - behind);
    return {
      frames,
      closed: true,
      rest: sliceBatch(batch, from, batch.length),
      lost: behind - (i + 1 - from),
    };
  }
  return { frames, closed: false, rest: sliceBatch(batch, batch.length, batch.length), lost: 0 };
}
