/** From labelled recordings to labelled clips: which windows, in bounded memory, and what reading them met. */
import { totalmem } from 'node:os';
import { inRecording, OptionError, RecordingError } from '../src/events/index.ts';
import type { FilterSpec } from '../src/filters/index.ts';
import {
  heldBytes,
  repeatedClip,
  windowsOverlap,
  type FrameClip,
  type LabelledClip,
} from '../src/frames/index.ts';
import { noWindowText } from '../src/pipeline/index.ts';
import { readWindows, type ClipOptions, type RecordingReport } from './clips.ts';
import type { LeftOutFile, Sample } from './dataset.ts';
import { DatasetError } from './errors.ts';
import { readImage, type ImageReading } from './images/index.ts';

/** Most bytes of clips in memory: 4 GiB, and half of the machine's memory where that is less. */
export const DEFAULT_MAX_CLIP_BYTES: number = Math.min(4 * 2 ** 30, Math.floor(totalmem() / 2));

/** A side of a split by time. */
export interface TimeSide {
  readonly part: 'train' | 'test';
  /** The share of a recording's windows, from its start, that are for training. */
  readonly trainShare: number;
}

/** How samples become clips. */
export interface LabelledClipOptions extends Omit<ClipOptions, 'maxWindows'> {
  /** Windows from the start of each recording. Default: all. */
  readonly windows?: number | 'all';
  /**
   * For a split by time: of these windows only those of one side. Windows are whole, and must not overlap: no event is
   * on both. A recording of one window is for training.
   */
  readonly side?: TimeSide | null;
  /** Go on after a recording that cannot be read or gives no window (`empty`: that gives no window), and name it in `leftOut`. */
  readonly skipBad?: boolean | 'empty';
  /** Filters of a sample alone, in front of those of the rule. Default: none. */
  readonly filtersOf?: (sample: Sample) => readonly FilterSpec[];
  /** Most bytes of all clips together. Default {@link DEFAULT_MAX_CLIP_BYTES}. */
  readonly maxClipBytes?: number;
  /** Called after each sample with how many are done. */
  readonly onSample?: (done: number) => void;
}

/** How images become clips. */
export interface LabelledImageOptions extends Pick<
  LabelledClipOptions,
  'skipBad' | 'maxClipBytes' | 'onSample'
> {
  readonly images: ImageReading;
  /** The image is shown so often. */
  readonly steps: number;
}

/** What reading an image met. */
export interface ImageReport {
  /** Whether its file holds greys, which stand in all channels. */
  readonly grey: boolean;
}

/** A recording or an image that was read. */
export interface ReadRecording {
  readonly id: string;
  /** Windows that it gave, those on the other side of a split by time among them. */
  readonly windows: number;
  /** Events of its clips that a window or a step in front has too, once for each further one. */
  readonly repeatedEvents: number;
  readonly report: RecordingReport | ImageReport;
}

/** Clips with their labels, and what they come from. */
export interface LabelledClips {
  /** In the order of the samples, the windows of each in the order of time. */
  readonly clips: readonly LabelledClip[];
  readonly recordings: readonly ReadRecording[];
  readonly leftOut: readonly LeftOutFile[];
}

/**
 * The windows of every recording, or the image of every sample at all time steps (direct encoding), labelled.
 *
 * @throws OptionError for a side of windows that overlap; RecordingError for a recording that cannot be read or gives no window, or
 * an image that is none, unless `skipBad`; with the code `CLIPS_TOO_LARGE` before clips fill the memory.
 *
 * @example
 * ```ts
 * import { FRAME_RULE_DEFAULTS } from 'saccade';
 * import { readLabelledClips } from 'saccade/datasets';
 * const bytes = new Uint8Array([3, 4, 0x80, 0, 9, 5, 6, 0, 0, 20]);
 * const sample = { id: 'b/1.bin', bytes: 10, location: '', label: 1, part: null, open: async function* () { yield bytes; } };
 * const rule = { ...FRAME_RULE_DEFAULTS, sensor: { width: 34, height: 34 }, binning: { by: 'fixed-count', stepEvents: 1, steps: 1 } } as const;
 * const { clips } = await readLabelledClips([sample], { decoding: { format: 'atis40' }, rule });
 * console.log(clips.map(({ label }) => label)); // [1, 1]
 * ```
 */
export async function readLabelledClips(
  samples: readonly Sample[],
  options: LabelledClipOptions | LabelledImageOptions,
): Promise<LabelledClips> {
  const { skipBad = false, onSample, maxClipBytes } = options;
  const budget = new ClipBudget(maxClipBytes ?? DEFAULT_MAX_CLIP_BYTES, 'images' in options);
  const read = 'images' in options ? imageReader(options, budget) : recordingReader(options, budget);
  const clips: LabelledClip[] = [];
  const recordings: ReadRecording[] = [];
  const leftOut: LeftOutFile[] = [];
  for (const [i, sample] of samples.entries()) {
    try {
      const { clips: own, ...recording } = await inRecording(sample.id, () => read(sample));
      for (const clip of own) clips.push({ clip, label: sample.label });
      recordings.push({ id: sample.id, ...recording });
    } catch (error) {
      if (!(error instanceof RecordingError) || !isSkipped(error, skipBad)) throw error;
      leftOut.push({ id: sample.id, problem: (error.cause as Error).message });
    }
    onSample?.(i + 1);
  }
  return { clips, recordings, leftOut };
}

/** What a sample gives. */
interface ReadSample extends Omit<ReadRecording, 'id'> {
  readonly clips: readonly FrameClip[];
}

function recordingReader(
  options: LabelledClipOptions,
  budget: ClipBudget,
): (sample: Sample) => Promise<ReadSample> {
  const { windows = 'all', side = null, filtersOf, rule, ...others } = options;
  if (side !== null && windowsOverlap(rule.binning))
    throw new OptionError(
      'binning',
      'must have no stride where a split by time cuts recordings between windows: events would be on both sides. Take a split of whole recordings',
    );
  const maxWindows = windows === 'all' ? Infinity : windows;
  return async (sample) => {
    const own = { ...rule, filters: [...(filtersOf?.(sample) ?? []), ...rule.filters] };
    const { clips, report } = await windowsOf(sample, { ...others, rule: own, maxWindows }, budget);
    const [from, to] = sideRange(clips.length, side);
    for (const clip of [...clips.slice(0, from), ...clips.slice(to)]) budget.giveBack(clip);
    const kept = clips.slice(from, to);
    const repeatedEvents = kept.reduce((sum, clip) => sum + (clip.repeatedEvents ?? 0), 0);
    return { clips: kept, windows: clips.length, repeatedEvents, report };
  };
}

function imageReader(
  { images, steps }: LabelledImageOptions,
  budget: ClipBudget,
): (sample: Sample) => Promise<ReadSample> {
  return async (sample) => {
    const { pixels, size, grey } = await readImage(sample, images);
    const clip = repeatedClip(pixels, size, steps);
    budget.take(clip, sample.id);
    return { clips: [clip], windows: 1, repeatedEvents: 0, report: { grey } };
  };
}

function isSkipped({ code }: RecordingError, skipBad: NonNullable<LabelledClipOptions['skipBad']>): boolean {
  return skipBad === 'empty' ? code === 'EMPTY_RECORDING' : skipBad && !NOT_OF_SAMPLES.includes(code);
}

async function windowsOf(
  sample: Sample,
  options: ClipOptions,
  budget: ClipBudget,
): Promise<{ clips: readonly FrameClip[]; report: RecordingReport }> {
  const clips: FrameClip[] = [];
  const windows = readWindows(sample, options);
  for (;;) {
    const { value, done } = await windows.next();
    if (!done) {
      budget.take(value, sample.id);
      clips.push(value);
      continue;
    }
    if (clips.length > 0) return { clips, report: value };
    throw new DatasetError('EMPTY_RECORDING', sample.id, noWindowText(value.stream));
  }
}

const MEMORY_FULL = 'CLIPS_TOO_LARGE';
/** Others would meet it as well. */
const NOT_OF_SAMPLES: readonly string[] = [MEMORY_FULL, 'NOT_INSTALLED'];

/** Counts the bytes of clips in memory. */
class ClipBudget {
  readonly #most: number;
  readonly #areImages: boolean;
  #bytes = 0;
  #clips = 0;

  constructor(most: number, areImages: boolean) {
    this.#most = most;
    this.#areImages = areImages;
  }

  take(clip: FrameClip, id: string): void {
    const bytes = heldBytes(clip);
    this.#bytes += bytes;
    this.#clips++;
    if (this.#bytes <= this.#most) return;
    const [what, one, advice] = this.#areImages
      ? ['images', 'image', 'Allow']
      : ['windows', 'recording', 'Take fewer of each recording (--windows N), make frames smaller (--resize WxH), or allow']; // prettier-ignore
    throw new DatasetError(
      MEMORY_FULL,
      id,
      `All ${what} together need more memory than ${this.#most} bytes: with this ${one} there are ${this.#clips} of ${bytes} bytes. ${advice} more (--max-clip-bytes).`,
    );
  }

  giveBack(clip: FrameClip): void {
    this.#bytes -= heldBytes(clip);
    this.#clips--;
  }
}

/**
 * First window of a side, and the one behind its last. The share for training is rounded down, but of two windows or
 * more each side has one.
 */
export function sideRange(windows: number, side: TimeSide | null): [from: number, to: number] {
  if (side === null) return [0, windows];
  // 0.8 * 5 must be 4 whatever the last bits are.
  const share = Math.floor(windows * side.trainShare + 1e-9);
  const train = windows < 2 ? windows : Math.min(windows - 1, Math.max(1, share));
  return side.part === 'train' ? [0, train] : [train, windows];
}
