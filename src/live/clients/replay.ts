/** Replays recordings through a camera client, at the speed at which they happened or another. */
import { RecordingError, sliceBatch, type EventBatch, type SensorGeometry } from '../../events/index.ts';
import {
  createDecoder,
  EventFormatError,
  recycleBatch,
  type CreateDecoderOptions,
  type DecodeReport,
} from '../../formats/index.ts';
import { decodeBytes, sortReading } from '../../pipeline/index.ts';
import { Pacer, sleepUntil, stretchEnd } from './pacer.ts';
import type { SegmentInfo } from '../protocol/index.ts';

/** A recording to replay. */
export interface ReplayRecording {
  readonly name: string;
  readonly label: string | null;
  readonly open: () => AsyncIterable<Uint8Array>;
}

/** Where a replay goes: a camera client, or a pipeline in the same process. */
export interface ReplaySink {
  startSegment(segment: SegmentInfo): Promise<void>;
  sendEvents(batch: EventBatch): Promise<void>;
  /** Whether a batch is not looked at after `sendEvents` has resolved: its memory is used again then. */
  readonly copiesBatches?: boolean;
}

/** See {@link replayRecordings}. */
export interface ReplayOptions {
  /** 1 is the recording's own speed, `max` as fast as it is accepted. */
  readonly rate: number | 'max';
  /** How recordings are read. Events are sent canonical: a convention is said in the hello. */
  readonly decoding?: Omit<CreateDecoderOptions, 'convention'>;
  /** Shortest stretch of recorded time sent as one message. Default 10 ms, as in libcaer's packets. */
  readonly batchMicros?: number;
  /** Pause between recordings in milliseconds, also at rate `max`. Default 0. */
  readonly pauseMs?: number;
  readonly signal?: AbortSignal;
  /** Called when a recording ends, or cannot be read on, with what its decoder read and lost. */
  readonly onReport?: (name: string, report: DecodeReport) => void;
  /** Called when a recording begins. */
  readonly onSegment?: (name: string) => void;
  /**
   * Called with the due time of every message: when its last event should have left, `performance.now()` clock. The
   * batch must not be kept.
   */
  readonly onBatch?: (batch: EventBatch, dueAt: number) => void;
}

/**
 * Decodes recordings and sends their events as segments, each with the sensor that its recording states. The schedule is
 * open loop: each message is due at `start + recorded time / rate`, however late the ones before were. A restart of the
 * recorded clock and silence of more than 10 s are not waited for.
 *
 * @throws RecordingError for bytes that are no recording or damaged, after the good events were sent.
 *
 * @example
 * ```ts
 * import { replayRecordings, type ReplaySink } from 'saccade/live/client';
 * const open = async function* () { yield Uint8Array.of(3, 4, 0x80, 0, 9, 5, 6, 0, 0, 20); };
 * const sink: ReplaySink = {
 *   startSegment: async ({ name, sensor }) => console.log(name, sensor), // a.bin { width: 34, height: 34 }
 *   sendEvents: async ({ length }) => console.log(length), // 2
 * };
 * const decoding = { format: 'atis40', geometry: { width: 34, height: 34 } } as const;
 * await replayRecordings(sink, [{ name: 'a.bin', label: null, open }], { rate: 'max', decoding });
 * ```
 */
export async function replayRecordings(
  sink: ReplaySink,
  recordings: Iterable<ReplayRecording> | AsyncIterable<ReplayRecording>,
  options: ReplayOptions,
): Promise<void> {
  const { signal, pauseMs } = options;
  for await (const recording of recordings) {
    if (signal?.aborted) return;
    await replayOne(sink, recording, options);
    if (pauseMs !== undefined) await sleepUntil(performance.now() + pauseMs, signal);
  }
}

async function replayOne(
  sink: ReplaySink,
  { name, label, open }: ReplayRecording,
  options: ReplayOptions,
): Promise<void> {
  const { signal, onSegment } = options;
  const decoder = createDecoder({ fileName: name, ...sortReading(options.decoding).decoding });
  let pacer: Pacer | undefined;
  let begun = false;
  const begin = async (sensor: SensorGeometry | null): Promise<void> => {
    begun = true;
    onSegment?.(name);
    await sink.startSegment({ name, label, ...(sensor !== null && { sensor }) });
  };
  try {
    for await (const batch of decodeBytes(open(), decoder)) {
      if (signal?.aborted) return;
      // A recording's sensor is known with its first events at the latest.
      if (!begun) await begin(batch.geometry);
      if (options.rate !== 'max') pacer ??= new Pacer(options.rate, performance.now());
      await sendBatch(sink, batch, pacer, options);
      if (sink.copiesBatches === true) recycleBatch(batch);
    }
    if (!begun && !signal?.aborted) await begin(decoder.geometry);
  } catch (error) {
    // Anything else is no fault of the recording's bytes: an option, the sink.
    throw error instanceof EventFormatError ? new RecordingError(name, error) : error;
  } finally {
    options.onReport?.(name, decoder.report);
  }
}

async function sendBatch(
  sink: ReplaySink,
  batch: EventBatch,
  pacer: Pacer | undefined,
  { batchMicros = 10_000, signal, onBatch }: ReplayOptions,
): Promise<void> {
  for (let from = 0; from < batch.length;) {
    const to = stretchEnd(batch, from, batchMicros);
    const message = sliceBatch(batch, from, to);
    const dueAt = pacer?.dueAt(batch.t[from]!, batch.t[to - 1]!, batch.segment) ?? performance.now();
    if (pacer !== undefined) await sleepUntil(dueAt, signal);
    if (signal?.aborted) return;
    onBatch?.(message, dueAt);
    await sink.sendEvents(message);
    from = to;
  }
}
