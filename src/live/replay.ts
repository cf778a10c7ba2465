/** Replays recordings through a camera client, at the speed at which they happened or another. */
import { sliceBatch, type EventBatch } from '../events/index.ts';
import { createDecoder, type CreateDecoderOptions } from '../formats/index.ts';
import type { SegmentInfo } from './protocol/index.ts';

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
}

/** See {@link replayRecordings}. */
export interface ReplayOptions {
  /** 1 is the recording's own speed, `max` as fast as it is accepted. */
  readonly rate: number | 'max';
  readonly decoding?: CreateDecoderOptions;
  /** Shortest stretch of recorded time sent as one message. Default 5 ms. */
  readonly batchMicros?: number;
  /** Pause between recordings in milliseconds, also at rate `max`. Default 0. */
  readonly pauseMs?: number;
  readonly signal?: AbortSignal;
  /** Called when a recording begins. */
  readonly onSegment?: (name: string) => void;
  /** Called with the due time of every message: when it should have left, `performance.now()` clock. */
  readonly onBatch?: (batch: EventBatch, dueAt: number) => void;
}

/** Most events in one message: half of the protocol's default limit. */
const MAX_MESSAGE_EVENTS = 65_536;

/**
 * Decodes recordings and sends their events as segments. The schedule is open loop: each message is due at
 * `start + recorded time / rate`, however late the ones before were.
 *
 * @throws EventFormatError for a damaged recording, after its good events were sent.
 */
export async function replayRecordings(
  client: ReplaySink,
  recordings: Iterable<ReplayRecording> | AsyncIterable<ReplayRecording>,
  options: ReplayOptions,
): Promise<void> {
  for await (const recording of recordings) {
    if (options.signal?.aborted) return;
    options.onSegment?.(recording.name);
    await client.startSegment({ name: recording.name, label: recording.label });
    await replayOne(client, recording, options);
    if (options.pauseMs !== undefined) await sleepUntil(performance.now() + options.pauseMs, options.signal);
  }
}

async function replayOne(
  client: ReplaySink,
  recording: ReplayRecording,
  options: ReplayOptions,
): Promise<void> {
  const { rate, batchMicros = 5_000, signal, onBatch } = options;
  const decoder = createDecoder({ fileName: recording.name, ...options.decoding });
  let startAt: number | undefined;
  let origin = 0;
  const send = async (batch: EventBatch): Promise<void> => {
    if (startAt === undefined) {
      startAt = performance.now();
      origin = batch.t[0]!;
    }
    for (let from = 0; from < batch.length && !signal?.aborted;) {
      const to = stretchEnd(batch, from, batchMicros);
      const message = sliceBatch(batch, from, to);
      const dueAt =
        rate === 'max'
          ? performance.now()
          : startAt + (message.t[message.length - 1]! - origin) / 1000 / rate;
      if (rate !== 'max') await sleepUntil(dueAt, signal);
      onBatch?.(message, dueAt);
      await client.sendEvents(message);
      from = to;
    }
  };
  for await (const chunk of recording.open()) {
    for (const batch of decoder.push(chunk)) await send(batch);
    if (signal?.aborted) return;
  }
  for (const batch of decoder.finish()) await send(batch);
}

/** Index behind the events that go into one message: a stretch of time that does not go back. */
function stretchEnd({ t, length }: EventBatch, from: number, micros: number): number {
  const end = t[from]! + micros;
  let to = from + 1;
  while (to < length && to - from < MAX_MESSAGE_EVENTS && t[to]! < end && t[to]! >= t[to - 1]!) to++;
  return to;
}

async function sleepUntil(at: number, signal: AbortSignal | undefined): Promise<void> {
  const wait = at - performance.now();
  if (wait <= 0 || signal?.aborted) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, wait);
    function done(): void {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    }
    signal?.addEventListener('abort', done);
  });
}
