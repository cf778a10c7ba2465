/** One job: a recording becomes a file of frames, whole or not at all. */
import { createHash } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { readClips, writeNpzFrames, type FrameDtype, type RecordingOpener } from '../../datasets/index.ts';
import { FRAME_RULE_DEFAULTS, FrameError, type CountType } from '../frames/index.ts';
import type { PreprocessJob, PreprocessParameters } from './plan.ts';

/** A float64 has room for every count. */
const COUNT_TYPES: Readonly<Record<FrameDtype, CountType>> = {
  uint8: 'uint8',
  uint16: 'uint16',
  float64: 'uint32',
};

/** A finished output. */
export interface JobResult {
  readonly id: string;
  /** Relative to the output folder. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Size of the recording it was made from. */
  readonly sourceBytes: number;
  readonly events: number;
  readonly saturated: number;
  readonly outside: number;
}

/**
 * Runs a job.
 *
 * @throws whatever is wrong with the recording or the disk; nothing is left behind then.
 */
export async function runJob(
  job: PreprocessJob,
  parameters: PreprocessParameters,
  out: string,
  opener: RecordingOpener,
): Promise<JobResult> {
  const { decoding, binning, sensor, output, dtype, convention } = parameters;
  const entry = await opener.open(job.location);
  const countType = COUNT_TYPES[dtype];
  const {
    clips: [clip],
  } = await readClips(entry, {
    decoding,
    rule: { ...FRAME_RULE_DEFAULTS, sensor, convention, binning, countType },
    ...(output && { output }),
    maxWindows: 1,
  });
  if (clip === undefined) throw new FrameError('EMPTY_RECORDING', -1, 'The recording has no events.');
  const suffix = binning.by === 'duration' ? `_${clip.steps}` : '';
  const relative = `${job.target}${suffix}.npz`;
  const bytes = writeNpzFrames(
    clip.counts,
    [clip.steps, 2, clip.geometry.height, clip.geometry.width],
    dtype,
  );
  await writeWhole(path.join(out, relative), bytes);
  const { events, saturated, outside } = clip;
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return {
    id: job.id,
    path: relative,
    bytes: bytes.length,
    sha256,
    sourceBytes: entry.bytes,
    events,
    saturated,
    outside,
  };
}

/** Writes under another name in the same folder, syncs, renames: a crash leaves the old state or the new. */
export async function writeWhole(file: string, bytes: Uint8Array | string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.part`;
  try {
    const handle = await open(temporary, 'w');
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
