/** From recordings to clips, on the way that classifies live. */
import { EventCutter, type EventBatch, type SensorGeometry } from '../src/events/index.ts';
import { createDecoder, type CreateDecoderOptions, type DecodeReport } from '../src/formats/index.ts';
import { clipFromFrames, type FrameClip, type FrameRule, type StepFrame } from '../src/frames/index.ts';
import type { Model } from '../src/network/index.ts';
import {
  decodeBytes,
  frameOptionsOf,
  FrameStream,
  sortReading,
  type FrameStreamOptions,
  type StreamReport,
} from '../src/pipeline/index.ts';
import { openInTurn, type RecordingEntry } from './sources/source.ts';

/** How a recording becomes clips. */
export interface ClipOptions extends Pick<
  FrameStreamOptions,
  'allowOutside' | 'maxGapMicros' | 'maxHeldEvents' | 'strict'
> {
  /** How it is decoded. A convention in it holds in place of the rule's. */
  readonly decoding: CreateDecoderOptions;
  readonly rule: FrameRule;
  /** Size of the frames; default: the sensor's. */
  readonly output?: SensorGeometry;
  /** Most windows taken from the recording; reading stops there. Default: all. */
  readonly maxWindows?: number;
}

/** How recordings become the clips of a model. */
export function clipOptionsOf(
  model: Model,
  decoding: CreateDecoderOptions = {},
  rule: Partial<FrameRule> = {},
): ClipOptions {
  return { decoding, ...frameOptionsOf({ model }, rule) };
}

/** What reading a recording met. */
export interface RecordingReport {
  readonly decode: DecodeReport;
  readonly stream: StreamReport;
  /** Whether reading ended at `maxWindows`: the counts are then of the part that was read. */
  readonly stoppedEarly: boolean;
  /** Length of the clip that was read of a recording that holds several; `null`: all of it. */
  readonly clipMicros: number | null;
}

/**
 * The clips of one recording, one per window, in order, as they become whole. Returns the account when all are taken.
 *
 * @throws EventFormatError, PipelineError, FrameError, DatasetError.
 *
 * @example
 * ```ts
 * import { FRAME_RULE_DEFAULTS } from 'saccade';
 * import { readWindows } from 'saccade/datasets';
 * const bytes = new Uint8Array([3, 4, 0x80, 0, 9, 5, 6, 0, 0, 20]);
 * const entry = { id: 'a.bin', bytes: bytes.length, location: 'a.bin', open: async function* () { yield bytes; } };
 * const rule = { ...FRAME_RULE_DEFAULTS, sensor: { width: 34, height: 34 }, binning: { by: 'fixed-count', stepEvents: 1, steps: 1 } } as const;
 * for await (const clip of readWindows(entry, { decoding: { format: 'atis40' }, rule })) console.log(clip.events); // 1 1
 * ```
 */
export async function* readWindows(
  entry: RecordingEntry,
  { decoding, rule, output, maxWindows = Infinity, ...options }: ClipOptions,
): AsyncGenerator<FrameClip, RecordingReport, undefined> {
  const read = sortReading(decoding);
  const decoder = createDecoder({ fileName: entry.id, ...read.decoding });
  const stream = new FrameStream({
    rule: { ...rule, ...read.rule },
    // What is cut shares its memory with what is not.
    recycle: entry.clip === undefined,
    wholeWindows: true,
    ...(output && { output }),
    ...options,
  });
  const report = (stoppedEarly: boolean): RecordingReport => ({
    decode: decoder.report,
    stream: stream.report,
    stoppedEarly,
    clipMicros: lengthOf(entry),
  });
  const clips = clipsOf(stream);
  const cutter = entry.clip && new EventCutter({ time: entry.clip });
  let windows = 0;
  for await (const decoded of decodeBytes(openInTurn(entry), decoder)) {
    for (const batch of cutter?.push(decoded) ?? [decoded]) {
      for (const clip of clips(batch)) {
        yield clip;
        if (++windows >= maxWindows) return report(true);
      }
    }
  }
  for (const clip of clips(null)) {
    yield clip;
    if (++windows >= maxWindows) return report(true);
  }
  return report(false);
}

/** `null` for all of a recording, and where an end is open. */
function lengthOf({ clip }: RecordingEntry): number | null {
  if (clip?.startMicros === undefined || clip.endMicros === undefined) return null;
  return clip.endMicros - clip.startMicros;
}

/** The clips that become whole with a batch, and with the recording's end (`null`). */
function clipsOf(stream: FrameStream): (batch: EventBatch | null) => Generator<FrameClip, void, undefined> {
  let window: StepFrame[] = [];
  return function* (batch) {
    for (const frame of batch === null ? stream.finalFrames() : stream.frames(batch)) {
      if (frame.step === 0) window = [];
      window.push(frame);
      if (frame.step === frame.steps - 1) yield clipFromFrames(window);
    }
  };
}

/** The clips of a recording and what reading it met. */
export interface RecordingClips extends RecordingReport {
  readonly clips: readonly FrameClip[];
}

/**
 * All clips of one recording.
 *
 * @throws as {@link readWindows}.
 *
 * @example
 * ```ts
 * import { FRAME_RULE_DEFAULTS } from 'saccade';
 * import { readClips } from 'saccade/datasets';
 * const bytes = new Uint8Array([3, 4, 0x80, 0, 9, 5, 6, 0, 0, 20]);
 * const entry = { id: 'a.bin', bytes: bytes.length, location: 'a.bin', open: async function* () { yield bytes; } };
 * const rule = { ...FRAME_RULE_DEFAULTS, sensor: { width: 34, height: 34 }, binning: { by: 'number', steps: 2 } } as const;
 * const { clips, stream } = await readClips(entry, { decoding: { format: 'atis40' }, rule });
 * console.log(clips[0]?.events, stream.outside); // 2 0
 * ```
 */
export async function readClips(entry: RecordingEntry, options: ClipOptions): Promise<RecordingClips> {
  const clips: FrameClip[] = [];
  const windows = readWindows(entry, options);
  for (;;) {
    const { value, done } = await windows.next();
    if (done) return { clips, ...value };
    clips.push(value);
  }
}
