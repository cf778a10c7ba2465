/** What a job made and lost, as the journal and the manifest state it. */
import { z } from 'zod';

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
}

/** A finished job. */
export interface JobResult {
  readonly id: string;
  /** Names the job. */
  readonly target: string;
  /** The recording as it was when it was read. */
  readonly source: { readonly bytes: number; readonly mtimeMs: number; readonly sha256: string };
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

const count = z.int().min(0);
const schema: z.ZodType<JobResult> = z.object({
  id: z.string(),
  target: z.string(),
  source: z.object({ bytes: count, mtimeMs: z.number(), sha256: z.string() }),
  frames: z.object({ width: count, height: count }),
  version: z.string(),
  outputs: z
    .array(
      z.object({
        path: z.string(),
        bytes: count,
        sha256: z.string(),
        window: count,
        events: count,
        saturated: count,
        outside: count,
      }),
    )
    .min(1),
  losses: z.record(z.string(), count),
  notes: z.array(z.object({ code: z.string(), message: z.string() })),
});

/** A line of the journal, `null` if it is no whole one. */
export function parseResult(line: string): JobResult | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  return schema.safeParse(value).data ?? null;
}
