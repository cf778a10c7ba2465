/** Jobs and answers as they go through a queue: JSON, named by its hash. Recordings and frames do not: both sides see the same files. */
import { createHash } from 'node:crypto';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import { FRAME_DTYPES, type ArchiveOptions } from '../../../datasets/index.ts';
import { integerBetween } from '../../network/integer-between.ts';
import { PreprocessError } from '../errors.ts';
import { outputForms } from '../forms/index.ts';
import { clipSchema, drawnSchema, resultSchema } from '../job-result.ts';
import { framesFolder, isOutputOf } from '../output-names.ts';
import type { PreprocessJob } from '../plan.ts';
import type { JobAnswer } from '../run-job.ts';
import { canonicalDigest, canonicalJson } from './canonical-json.ts';
import type { AnyParameters } from '../image-parameters.ts';

/** A job, and the recording that it is about. */
export interface QueuedRecording {
  readonly job: PreprocessJob;
  /** Its absolute location at the submitter. */
  readonly location: string;
  /** The recording as the submitter sees it. A hash counts instead of the time. */
  readonly source: { readonly bytes: number; readonly mtimeMs: number; readonly sha256: string | null };
}

/** Jobs that a worker takes together. */
export interface JobMessage {
  /** Version of saccade: others may make other bytes. */
  readonly version: string;
  readonly parameters: AnyParameters;
  /** Absolute path of the output folder at the submitter. */
  readonly out: string;
  readonly opening: ArchiveOptions;
  /** Longest time for them all. */
  readonly timeoutMs: number;
  readonly recordings: readonly QueuedRecording[];
}

const size = v.nullable(v.object({ width: integerBetween(1), height: integerBetween(1) }));
const outputParameters = {
  dataset: v.string(),
  dtype: v.picklist(FRAME_DTYPES),
  form: v.picklist(outputForms.map(({ name }) => name)),
  packBytes: integerBetween(1),
};
/** Whoever decodes and bins checks what they say. */
const recordingParameters = v.looseObject({
  ...outputParameters,
  decoding: v.looseObject({}),
  rule: v.looseObject({ binning: v.looseObject({ by: v.string() }) }),
  reading: v.looseObject({}),
  windows: v.union([integerBetween(1), v.literal('all')]),
  content: v.picklist(['frames', 'events']),
  geometry: size,
  output: size,
});
const imageParameters = v.strictObject({
  ...outputParameters,
  images: v.strictObject({
    codec: v.picklist(['rgb-planes', 'jpeg']),
    size: v.strictObject({ width: integerBetween(1, 4096), height: integerBetween(1, 4096) }),
  }),
  steps: integerBetween(1, 1024),
});
const messageSchema = v.strictObject({
  version: v.string(),
  parameters: v.union([recordingParameters, imageParameters]),
  out: v.string(),
  opening: v.looseObject({}),
  timeoutMs: v.pipe(v.number(), v.minValue(1), v.maxValue(2 ** 31 - 1)),
  recordings: v.pipe(
    v.array(
      v.strictObject({
        job: v.strictObject({
          ...{ id: v.string(), location: v.string(), bytes: integerBetween(0), target: v.string() },
          ...{ geometry: size, frames: size, clip: v.nullable(clipSchema) },
          label: v.nullable(integerBetween(0)),
          drawn: v.nullable(drawnSchema),
        }),
        location: v.string(),
        source: v.strictObject({
          bytes: integerBetween(0),
          mtimeMs: v.pipe(v.number(), v.finite()),
          sha256: v.nullable(v.string()),
        }),
      }),
    ),
    v.minLength(1),
  ),
});

const answersSchema = v.strictObject({
  host: v.string(),
  answers: v.array(
    v.union([v.strictObject({ result: resultSchema }), v.strictObject({ error: v.string() })]),
  ),
});

/** What a worker sends back. */
export interface AnswerMessage {
  /** Name of its machine, for messages. */
  readonly host: string;
  /** In the order of the jobs. */
  readonly answers: readonly JobAnswer[];
}

/** The job's bytes, and the name that they give it. */
export function encodeJobs(message: JobMessage): { id: string; body: Uint8Array } {
  const body = Buffer.from(canonicalJson(message));
  return { id: digestOf(body), body };
}

/** @throws PreprocessError `BAD_MESSAGE` */
export function decodeJobs(id: string, body: Uint8Array): JobMessage {
  if (digestOf(body) !== id) throw bad('its name is not that of its content');
  const message = parse(messageSchema, body) as unknown as JobMessage;
  // What a message names is written to: only ever below the folder of its frames.
  const folder = `${framesFolder(message.parameters)}/`;
  for (const { job, location } of message.recordings) {
    if (!job.target.startsWith(folder) || path.posix.normalize(job.target) !== job.target)
      throw bad(`its target is elsewhere: ${job.target}`);
    if (!path.isAbsolute(location)) throw bad(`its recording has no absolute path: ${location}`);
  }
  return message;
}

export function encodeAnswers(message: AnswerMessage): Uint8Array {
  return Buffer.from(JSON.stringify(message));
}

/** @throws PreprocessError `BAD_MESSAGE` for what is not an answer to each of these jobs. */
export function decodeAnswers(body: Uint8Array, { recordings, parameters }: JobMessage): AnswerMessage {
  const message: AnswerMessage = parse(answersSchema, body);
  if (message.answers.length !== recordings.length) throw bad('it does not answer each job');
  const answers = message.answers.map((answer, i): JobAnswer => {
    if (!('result' in answer)) return answer;
    const { id, target, drawn } = recordings[i]!.job;
    const { outputs } = answer.result;
    if (answer.result.id !== id || answer.result.target !== target)
      throw bad(`it answers another job than ${id}`);
    const stranger = outputs.find((output) => !isOutputOf(target, parameters, output.path));
    if (stranger !== undefined) throw bad(`it made what is no output of ${id}: ${stranger.path}`);
    if (!isDeepStrictEqual(answer.result.drawn ?? null, drawn)) throw bad(`it drew otherwise for ${id}`);
    // As the submitter writes it: messages have options in another order.
    return drawn === null ? answer : { result: { ...answer.result, drawn } };
  });
  return { ...message, answers };
}

/** Names what belongs together at a broker: one run's data set, parameters and folder. */
export function groupName(parameters: AnyParameters, out: string): string {
  const dataset = parameters.dataset.replace(/\W/g, '-').slice(0, 60);
  return `${dataset}-${canonicalDigest({ parameters, out }).slice(0, 32)}`;
}

function digestOf(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('hex');
}

function parse<Schema extends v.GenericSchema>(schema: Schema, body: Uint8Array): v.InferOutput<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(body).toString());
  } catch {
    throw bad('it is not JSON');
  }
  const { success, output, issues } = v.safeParse(schema, value);
  if (success) return output;
  throw bad(`${v.getDotPath(issues[0]) ?? 'it'}: ${issues[0].message}`);
}

function bad(problem: string): PreprocessError {
  return new PreprocessError('BAD_MESSAGE', `What came by the queue cannot be used: ${problem}.`);
}
