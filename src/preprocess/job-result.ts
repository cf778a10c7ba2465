/** What a job made and lost, as the journal and the manifest state it. */
import * as v from 'valibot';
import { integerBetween } from '../network/integer-between.ts';
import type { DrawnCopy } from './plan.ts';

/** One file of frames: a window of a recording. */
export interface JobOutput {
  /** Relative to the output folder. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Number of the window in its recording, from 0. */
  readonly window: number;
  /** Events counted in the frames, lost to full counts, and outside the sensor. */
  readonly events: number;
  readonly saturated: number;
  readonly outside: number;
  /** Left out by the rule of the representation. */
  readonly unrepresented?: number;
  /** That windows or steps in front of it have too. */
  readonly repeatedEvents?: number;
}

/** A finished job. */
export interface JobResult {
  readonly id: string;
  /** Names the job. */
  readonly target: string;
  /** The recording as it was when it was read. */
  readonly source: { readonly bytes: number; readonly mtimeMs: number; readonly sha256: string };
  /** Of a recording that holds several clips, the one that was read. */
  readonly clip?: { readonly startMicros: number; readonly endMicros: number };
  /** Index of its class, where outputs state it. */
  readonly label?: number;
  /** Of a copy of a recording, which, and the filters that were drawn for its events. */
  readonly drawn?: DrawnCopy;
  /** Size of the frames. */
  readonly frames: { readonly width: number; readonly height: number };
  /** Version of saccade. */
  readonly version: string;
  readonly outputs: readonly JobOutput[];
  /** What of the recording is in no output, or was guessed, by kind; see `lossesOfRecording`. */
  readonly losses: Readonly<Record<string, number>>;
  /** What its decoder inferred, left aside or found odd. */
  readonly notes: readonly { readonly code: string; readonly message: string }[];
}

const count = integerBetween(0);
const time = v.pipe(v.number(), v.safeInteger());
/** A clip in JSON. */
export const clipSchema: v.GenericSchema<unknown, NonNullable<JobResult['clip']>> = v.object({
  startMicros: time,
  endMicros: time,
});
/** A copy in JSON; whoever makes filters checks their options. */
export const drawnSchema: v.GenericSchema<unknown, DrawnCopy> = v.object({
  copy: count,
  filters: v.array(v.looseObject({ filter: v.string() })),
}) as unknown as v.GenericSchema<unknown, DrawnCopy>;
/** What a result is in JSON. */
export const resultSchema: v.GenericSchema<unknown, JobResult> = v.object({
  id: v.string(),
  target: v.string(),
  source: v.object({ bytes: count, mtimeMs: v.pipe(v.number(), v.finite()), sha256: v.string() }),
  clip: v.exactOptional(clipSchema),
  label: v.exactOptional(count),
  drawn: v.exactOptional(drawnSchema),
  frames: v.object({ width: count, height: count }),
  version: v.string(),
  outputs: v.pipe(
    v.array(
      v.object({
        path: v.string(),
        bytes: count,
        sha256: v.string(),
        window: count,
        events: count,
        saturated: count,
        outside: count,
        unrepresented: v.exactOptional(count),
        repeatedEvents: v.exactOptional(count),
      }),
    ),
    v.minLength(1),
  ),
  losses: v.record(v.string(), count),
  notes: v.array(v.object({ code: v.string(), message: v.string() })),
});

/** A line of the journal, `null` if it is no whole one of a job. */
export function parseResult(value: unknown): JobResult | null {
  const result = v.safeParse(resultSchema, value);
  return result.success ? result.output : null;
}
