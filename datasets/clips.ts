/** From recordings to clips, through the operators that classify live. */
import { from, lastValueFrom, take, toArray } from 'rxjs';
import { decodeEvents, sliceEvents, toClips, toFrames } from '../operators/index.ts';
import type { SensorGeometry } from '../src/events/index.ts';
import type { CreateDecoderOptions } from '../src/formats/index.ts';
import type { BinningSpec, BinOptions, FrameClip, LabelledClip } from '../src/frames/index.ts';
import type { Sample } from './dataset.ts';
import type { RecordingEntry } from './sources/source.ts';

/** How a recording becomes clips. */
export interface ClipOptions {
  readonly decoding: CreateDecoderOptions;
  readonly binning: BinningSpec;
  readonly sensor?: SensorGeometry;
  /** Size of the frames; default: the sensor's. */
  readonly output?: SensorGeometry;
  readonly countType?: 'uint8' | 'uint16';
  /** Most windows taken from the recording. Default: all. */
  readonly maxWindows?: number;
}

/**
 * The clips of one recording: one per window. A first window that the recording does not fill
 * is padded with empty steps, so that a recording a little shorter than a window is not lost; a rest is left out.
 *
 * @throws EventFormatError, FrameError, DatasetError.
 *
 * @example
 * ```ts
 * import { readClips } from 'saccade/datasets';
 * const bytes = new Uint8Array([3, 4, 0x80, 0, 9, 5, 6, 0, 0, 20]);
 * const entry = { id: 'a.bin', bytes: bytes.length, location: 'a.bin', open: async function* () { yield bytes; } };
 * const sensor = { width: 34, height: 34 };
 * const [clip] = await readClips(entry, { decoding: { format: 'atis40', geometry: sensor }, binning: { by: 'number', steps: 2 } });
 * console.log(clip?.events); // 2
 * ```
 */
export async function readClips(entry: RecordingEntry, options: ClipOptions): Promise<FrameClip[]> {
  const { decoding, binning, maxWindows = Infinity, ...rest } = options;
  const bins: BinOptions = rest;
  return lastValueFrom(
    from(entry.open()).pipe(
      decodeEvents({ fileName: entry.id, ...decoding }),
      sliceEvents(binning, { remainder: 'pad-first' }),
      toFrames(bins),
      toClips(),
      take(maxWindows),
      toArray(),
    ),
  );
}

/** The first window of every sample, labelled, in order. */
export async function readLabelledClips(
  samples: readonly Sample[],
  options: ClipOptions,
  onSample?: (done: number) => void,
): Promise<LabelledClip[]> {
  const clips: LabelledClip[] = [];
  for (const [i, sample] of samples.entries()) {
    const [clip] = await readClips(sample, { ...options, maxWindows: 1 });
    if (clip !== undefined) clips.push({ clip, label: sample.label });
    onSample?.(i + 1);
  }
  return clips;
}
