/** Jobs: of each recording all files of frames are written, under the names of parts, or none. */
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import {
  readWindows,
  frameArrays,
  type ElementType,
  type FrameDtype,
  type NamedArray,
  type RecordingEntry,
  type RecordingOpener,
  type RecordingReport,
  type ArchiveOptions,
} from '../../datasets/index.ts';
import { sameSensor } from '../events/index.ts';
import { FrameError, representationText, type CountType, type FrameClip } from '../frames/index.ts';
import { noWindowText } from '../pipeline/index.ts';
import { outputForm, type OutputSample } from './forms/index.ts';
import { errorText, PreprocessError } from './errors.ts';
import type { JobOutput, JobResult } from './job-result.ts';
import { lossesOfRecording } from './losses.ts';
import { readEvents } from './read-events.ts';
import { areOfImages, type AnyParameters } from './image-parameters.ts';
import { removeParts } from './keep-outputs.ts';
import { outputPath } from './output-names.ts';
import { ruleOf, type PreprocessJob, type PreprocessParameters } from './plan.ts';
import { HashedRecording } from './source-state.ts';
import { framesOfImage } from './write-image.ts';
import { writePart, type Staging } from './write-whole.ts';

/** Floats have room for every count. */
const COUNT_TYPES: Readonly<Record<FrameDtype, CountType>> = {
  uint8: 'uint8',
  uint16: 'uint16',
  int16: 'uint16',
  float32: 'uint32',
  float64: 'uint32',
};

/** Of zlib: as fast as level 1 and 5 to 20 % smaller; level 6 takes two to four times as long for 1 to 3 %. */
const EVENTS_DEFLATING = { level: 4 } as const;

/** So many recordings are begun before they are needed, and so many bytes of them. */
const RECORDINGS_AHEAD = 8;
const BYTES_AHEAD: number = 8 << 20;

/** What a run's jobs have in common. */
export interface JobSetting {
  readonly parameters: AnyParameters;
  readonly out: string;
  /** Version of saccade. */
  readonly version: string;
  /** How archives are opened. */
  readonly opening?: ArchiveOptions;
  /** Where parts are written. Default: beside the outputs. */
  readonly staging?: Staging;
}

/** What became of a job. */
export type JobAnswer = { readonly result: JobResult } | { readonly error: string };

/** Runs jobs one after the other; the next recordings are read meanwhile. Answers in their order. */
export async function runJobs(
  jobs: readonly PreprocessJob[],
  setting: JobSetting,
  opener: RecordingOpener,
): Promise<JobAnswer[]> {
  const ahead: { readonly bytes: number; readonly recording: Promise<HashedRecording> }[] = [];
  const answers: JobAnswer[] = [];
  let next = 0;
  for (const job of jobs) {
    while (next < jobs.length && (ahead.length === 0 || hasRoom(ahead))) {
      const job = jobs[next++]!;
      ahead.push({ bytes: job.bytes, recording: begin(job, opener) });
    }
    const { recording } = ahead.shift()!;
    answers.push(
      await runJob(job, setting, recording).then(
        (result) => ({ result }),
        (error: unknown) => ({ error: errorText(error) }),
      ),
    );
  }
  return answers;
}

function hasRoom(ahead: readonly { readonly bytes: number }[]): boolean {
  return ahead.length < RECORDINGS_AHEAD && ahead.reduce((sum, { bytes }) => sum + bytes, 0) < BYTES_AHEAD;
}

function begin({ location, clip }: PreprocessJob, opener: RecordingOpener): Promise<HashedRecording> {
  const recording = opener.open(location).then((entry) => {
    const hashed = new HashedRecording(clip === null ? entry : { ...entry, clip });
    hashed.begin();
    return hashed;
  });
  // Its job meets it.
  recording.catch(() => undefined);
  return recording;
}

/**
 * Runs a job.
 *
 * @throws whatever is wrong with the recording or the disk; nothing is left behind then.
 */
export async function runJob(
  job: PreprocessJob,
  setting: JobSetting,
  recording: Promise<HashedRecording>,
): Promise<JobResult> {
  const hashed = await recording;
  const outputs: JobOutput[] = [];
  try {
    const { frames, losses, notes } = await writeOutputs(job, hashed.entry, setting, outputs);
    return {
      id: job.id,
      target: job.target,
      source: { ...hashed.state, sha256: await hashed.sha256() },
      ...(job.clip && { clip: job.clip }),
      ...(job.label !== null && { label: job.label }),
      ...(job.drawn && { drawn: job.drawn }),
      frames,
      version: setting.version,
      ...{ outputs, losses, notes },
    };
  } catch (error) {
    removeParts(
      outputs.map((output) => path.join(setting.out, output.path)),
      setting.staging,
    );
    throw error;
  } finally {
    await hashed.end();
  }
}

/** Writes what the parameters ask for. */
async function writeOutputs(
  job: PreprocessJob,
  entry: RecordingEntry,
  setting: JobSetting,
  outputs: JobOutput[],
): Promise<Pick<JobResult, 'frames' | 'losses' | 'notes'>> {
  const { parameters } = setting;
  if (areOfImages(parameters)) {
    const { sample, ...found } = await framesOfImage({ ...entry, id: job.id }, parameters);
    const relative = outputPath(job.target, parameters, { steps: parameters.steps, window: 0 });
    const written = writeSample(job, relative, sample, setting);
    outputs.push({ ...written, ...{ window: 0, events: 0, saturated: 0, outside: 0 } });
    return { ...found, losses: {} };
  }
  const write = parameters.content === 'events' ? writeEvents : writeWindows;
  const { report, geometry } = await write(job, entry, { ...setting, parameters }, outputs);
  return {
    frames: geometry,
    losses: lossesOfRecording(report, outputs),
    notes: report.decode.notes.map(({ code, message }) => ({ code, message })),
  };
}

/** Of recordings. */
interface RecordingSetting extends JobSetting {
  readonly parameters: PreprocessParameters;
}

/** Writes the windows that are asked for and counts the others. */
async function writeWindows(
  job: PreprocessJob,
  entry: RecordingEntry,
  setting: RecordingSetting,
  outputs: JobOutput[],
): Promise<{ report: RecordingReport; geometry: FrameClip['geometry'] }> {
  const { parameters } = setting;
  const { decoding, output, dtype, windows } = parameters;
  const clips = readWindows(entry, {
    decoding: { ...decoding, ...(job.geometry && { geometry: job.geometry }) },
    rule: { ...ruleOf(job, parameters), countType: COUNT_TYPES[dtype] },
    ...(output && { output }),
    ...parameters.reading,
  });
  const most = windows === 'all' ? Infinity : windows;
  let geometry: FrameClip['geometry'] | undefined;
  for (;;) {
    const { value, done } = await clips.next();
    if (done === true) {
      if (geometry !== undefined) return { report: value, geometry };
      throw new FrameError('EMPTY_RECORDING', -1, noWindowText(value.stream));
    }
    geometry ??= checkedGeometry(job, value);
    if (outputs.length < most) outputs.push(writeWindow(job, value, setting, outputs.length));
  }
}

function checkedGeometry(
  { frames }: PreprocessJob,
  { geometry }: Pick<FrameClip, 'geometry'>,
): FrameClip['geometry'] {
  if (frames === null || sameSensor(frames, geometry)) return geometry;
  throw new PreprocessError(
    'SEVERAL_SENSORS',
    `The recording is of ${geometry.width}x${geometry.height} pixels, others are of ${frames.width}x${frames.height}: scale all with --resize WxH.`,
  );
}

function writeWindow(
  job: PreprocessJob,
  { counts, steps, geometry, ...account }: FrameClip,
  setting: RecordingSetting,
  window: number,
): JobOutput {
  const { parameters } = setting;
  const { representation } = parameters.rule;
  const { width, height } = geometry;
  const channels = counts.length / (steps * width * height);
  const content = frameArrays(counts, [steps, channels, height, width], parameters.dtype);
  const relative = outputPath(job.target, parameters, { steps, window });
  const written = writeSample(
    job,
    relative,
    { content: 'frames', ...content, window, representation: representationText(representation) },
    setting,
  );
  return { ...written, window, ...account };
}

/** Writes the events of the recording. */
async function writeEvents(
  job: PreprocessJob,
  entry: RecordingEntry,
  setting: RecordingSetting,
  outputs: JobOutput[],
): Promise<{ report: RecordingReport; geometry: FrameClip['geometry'] }> {
  const { events, geometry, report } = await readEvents(job, entry, setting.parameters);
  checkedGeometry(job, { geometry });
  const { t, x, y, p, length } = events;
  const column = (name: string, type: ElementType, data: ArrayLike<number>): NamedArray => ({
    ...{ name, type, data, shape: [length] },
  });
  const arrays = [
    column('t', 'int64', t.subarray(0, length)),
    column('x', 'uint16', x.subarray(0, length)),
    column('y', 'uint16', y.subarray(0, length)),
    column('p', 'uint8', p.subarray(0, length)),
  ];
  const relative = outputPath(job.target, setting.parameters, { steps: 1, window: 0 });
  const sample = {
    content: 'events',
    arrays,
    deflating: EVENTS_DEFLATING,
    window: 0,
    representation: null,
  } as const;
  const written = writeSample(job, relative, sample, setting);
  const { outside } = report.stream;
  outputs.push({ ...written, window: 0, events: length, saturated: 0, outside });
  return { report, geometry };
}

function writeSample(
  { id, label, target }: PreprocessJob,
  relative: string,
  sample: Omit<OutputSample, 'id' | 'label' | 'className'>,
  { parameters, out, staging }: JobSetting,
): Pick<JobOutput, 'path' | 'bytes' | 'sha256'> {
  const className = target.split('/').at(-2)!;
  const bytes = outputForm(parameters.form).write({ ...sample, id, label, className });
  writeInFolder(path.join(out, relative), bytes, staging);
  return {
    path: relative,
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
}

function writeInFolder(file: string, bytes: Uint8Array, staging: Staging | undefined): void {
  try {
    writePart(file, bytes, staging);
  } catch (error) {
    // A folder for parts is the submitter's to make, and to take away.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || staging !== undefined) throw error;
    mkdirSync(path.dirname(file), { recursive: true });
    writePart(file, bytes, staging);
  }
}
