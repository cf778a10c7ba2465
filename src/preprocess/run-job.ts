/** One job: a recording becomes files of frames, all of them or none. */
import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import {
  readWindows,
  writeNpzFrames,
  type FrameDtype,
  type RecordingEntry,
  type RecordingOpener,
  type RecordingReport,
  type ZipSourceOptions,
} from '../../datasets/index.ts';
import { sameSensor } from '../events/index.ts';
import { FrameError, type CountType, type FrameClip } from '../frames/index.ts';
import { PreprocessError } from './errors.ts';
import type { JobOutput, JobResult } from './job-result.ts';
import { lossesOfRecording } from './losses.ts';
import { outputPath, type PreprocessJob, type PreprocessParameters } from './plan.ts';
import { HashedRecording, sourceState } from './source-state.ts';
import { writeWhole } from './write-whole.ts';

/** A float64 has room for every count. */
const COUNT_TYPES: Readonly<Record<FrameDtype, CountType>> = {
  uint8: 'uint8',
  uint16: 'uint16',
  float64: 'uint32',
};

/** What a run's jobs have in common. */
export interface JobSetting {
  readonly parameters: PreprocessParameters;
  readonly out: string;
  /** Version of saccade. */
  readonly version: string;
  /** How archives are opened. */
  readonly opening?: ZipSourceOptions;
}

/**
 * Runs a job.
 *
 * @throws whatever is wrong with the recording or the disk; nothing is left behind then.
 */
export async function runJob(
  job: PreprocessJob,
  setting: JobSetting,
  opener: RecordingOpener,
): Promise<JobResult> {
  const recording = await opener.open(job.location);
  // Before it is read: what is written into it meanwhile is found to be newer.
  const state = await sourceState(recording);
  const hashed = new HashedRecording(recording);
  const outputs: JobOutput[] = [];
  try {
    const { report, geometry } = await writeWindows(job, hashed.entry, setting, outputs);
    return {
      id: job.id,
      target: job.target,
      source: { ...state, sha256: await hashed.sha256() },
      frames: geometry,
      version: setting.version,
      outputs,
      losses: lossesOfRecording(report, outputs),
      notes: report.decode.notes.map(({ code, message }) => ({ code, message })),
    };
  } catch (error) {
    for (const output of outputs) await rm(path.join(setting.out, output.path), { force: true });
    throw error;
  }
}

/** Writes the windows that are asked for and counts the others. */
async function writeWindows(
  job: PreprocessJob,
  entry: RecordingEntry,
  { parameters, out }: JobSetting,
  outputs: JobOutput[],
): Promise<{ report: RecordingReport; geometry: FrameClip['geometry'] }> {
  const { decoding, rule, output, dtype, windows } = parameters;
  const clips = readWindows(entry, {
    decoding: { ...decoding, ...(job.geometry && { geometry: job.geometry }) },
    rule: { ...rule, countType: COUNT_TYPES[dtype] },
    ...(output && { output }),
    ...parameters.reading,
  });
  const most = windows === 'all' ? Infinity : windows;
  let geometry: FrameClip['geometry'] | undefined;
  for (;;) {
    const { value, done } = await clips.next();
    if (done === true) {
      if (geometry !== undefined) return { report: value, geometry };
      const { events } = value.decode;
      const problem = events === 0 ? 'has no events' : `has ${events} events, which fill no window`;
      throw new FrameError('EMPTY_RECORDING', -1, `The recording ${problem}.`);
    }
    geometry ??= checkedGeometry(job, value);
    if (outputs.length < most) outputs.push(await writeWindow(job, value, parameters, out, outputs.length));
  }
}

function checkedGeometry({ frames }: PreprocessJob, { geometry }: FrameClip): FrameClip['geometry'] {
  if (frames === null || sameSensor(frames, geometry)) return geometry;
  throw new PreprocessError(
    'SEVERAL_SENSORS',
    `The recording is of ${geometry.width}x${geometry.height} pixels, others are of ${frames.width}x${frames.height}: scale all with --resize WxH.`,
  );
}

async function writeWindow(
  { target }: PreprocessJob,
  { counts, steps, geometry, events, saturated, outside }: FrameClip,
  parameters: PreprocessParameters,
  out: string,
  window: number,
): Promise<JobOutput> {
  const relative = outputPath(target, parameters, { steps, window });
  const shape = [steps, 2, geometry.height, geometry.width];
  const bytes = writeNpzFrames(counts, shape, parameters.dtype);
  await writeWhole(path.join(out, relative), bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { path: relative, bytes: bytes.length, sha256, window, events, saturated, outside };
}
