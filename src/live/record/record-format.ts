/**
 * What a record is on disk. A folder for each connection of a camera, a *take*; in it `take.json`, and parts in order: a data
 * file, and a log in JSON lines beside it. A part is there when its log is there.
 *
 *     2026-11-30T10-13-00-123Z_camera_5f3a1c/
 *       take.json
 *       000001.aedat4   000001.jsonl
 *       000002.aedat4   000002.jsonl
 */
import * as v from 'valibot';
import { OptionError, type SensorGeometry } from '../../events/index.ts';
import type { BufferPolicy } from '../../pipeline/index.ts';
import type { DecisionMessage, SegmentInfo } from '../protocol/index.ts';

/** Version of the layout. */
export const RECORD_VERSION = 1;
/** Name of the file that makes a folder a take. */
export const TAKE_FILE = 'take.json';

/** How events are kept: AEDAT 4, or canonical records where that cannot hold them; bytes as they came. */
export type PartFormat = 'aedat4' | 'canonical' | 'raw';

/** `take.json`: all that decisions depend on beside the data. */
export interface Take {
  readonly saccadeRecord: typeof RECORD_VERSION;
  readonly startedAt: string;
  readonly camera: string;
  readonly sensor: SensorGeometry | null;
  readonly payload: 'events' | 'raw';
  readonly decoding: Readonly<Record<string, unknown>>;
  readonly policy: BufferPolicy;
  readonly limits: Readonly<Record<string, number>>;
  /** SHA-256 of the model file, in hexadecimal, where it is known. */
  readonly model: { readonly name: string; readonly digest: string | null };
}

/** First line of a part's log. */
export interface PartHead {
  readonly type: 'part';
  readonly part: number;
  /** Counts the recordings of a take; 0 is what came before the first was named. */
  readonly segmentIndex: number;
  readonly segment: SegmentInfo | null;
  /** `null`: no data, only what is told in the log. */
  readonly format: PartFormat | null;
  readonly sensor: SensorGeometry | null;
  readonly clockSegment: number;
  /** Events, or bytes, of the take in front of this part: what is missing can be counted. */
  readonly sizeBefore: number;
  /** Whether the recording begins with this part. */
  readonly begins: boolean;
}

/** Its last line. */
export interface PartEnd {
  readonly type: 'end';
  /** Events, or bytes, of this part. */
  readonly size: number;
  /** Whether the recording, and whether the take ends with this part. */
  readonly segmentEnds: boolean;
  readonly takeEnds: boolean;
}

/** A line of a part's log. */
export type RecordLine =
  | PartHead
  /** Silence closed the window behind so many events, or bytes, of this part. */
  | { readonly type: 'flush'; readonly after: number }
  /** From this step on the window was not classified. */
  | {
      readonly type: 'dropped';
      readonly segmentIndex: number;
      readonly window: number;
      readonly step: number;
    }
  /** Events that came here were left out, and are not in the record. */
  | { readonly type: 'left-out'; readonly after: number; readonly events: number }
  /** So many events, or bytes, that came together were too old: decoded, counted and left out. */
  | { readonly type: 'too-old'; readonly after: number; readonly size: number }
  /** What follows cannot be repeated from the record. */
  | { readonly type: 'unrepeatable'; readonly why: string }
  | { readonly type: 'decision'; readonly segmentIndex: number; readonly decision: DecisionMessage }
  /** The stream was at fault, or the server; nothing behind it was classified. */
  | { readonly type: 'fault'; readonly code: string; readonly message: string }
  | PartEnd;

const geometry = v.object({ width: v.number(), height: v.number() });
const sensorSchema = v.nullable(geometry);
const segmentSchema = v.nullable(
  v.object({ name: v.string(), label: v.nullable(v.string()), sensor: v.exactOptional(geometry) }),
);

const takeSchema: v.GenericSchema<unknown, Take> = v.object({
  saccadeRecord: v.literal(RECORD_VERSION),
  startedAt: v.string(),
  camera: v.string(),
  sensor: sensorSchema,
  payload: v.picklist(['events', 'raw']),
  decoding: v.record(v.string(), v.unknown()),
  policy: v.picklist(['pause', 'drop-oldest', 'drop-newest']),
  limits: v.record(v.string(), v.number()),
  model: v.object({ name: v.string(), digest: v.nullable(v.string()) }),
});

const lineSchema: v.GenericSchema<unknown, RecordLine> = v.variant('type', [
  v.object({
    type: v.literal('part'),
    part: v.number(),
    segmentIndex: v.number(),
    segment: segmentSchema,
    format: v.nullable(v.picklist(['aedat4', 'canonical', 'raw'])),
    sensor: sensorSchema,
    clockSegment: v.number(),
    sizeBefore: v.number(),
    begins: v.boolean(),
  }),
  v.object({ type: v.literal('flush'), after: v.number() }),
  v.object({
    type: v.literal('dropped'),
    segmentIndex: v.number(),
    window: v.number(),
    step: v.number(),
  }),
  v.object({ type: v.literal('left-out'), after: v.number(), events: v.number() }),
  v.object({ type: v.literal('too-old'), after: v.number(), size: v.number() }),
  v.object({ type: v.literal('unrepeatable'), why: v.string() }),
  v.object({
    type: v.literal('decision'),
    segmentIndex: v.number(),
    decision: v.custom<DecisionMessage>((value) => typeof value === 'object' && value !== null),
  }),
  v.object({ type: v.literal('fault'), code: v.string(), message: v.string() }),
  v.object({
    type: v.literal('end'),
    size: v.number(),
    segmentEnds: v.boolean(),
    takeEnds: v.boolean(),
  }),
]);

/** Name of a part's files, without extension. */
export function partName(part: number): string {
  return String(part).padStart(6, '0');
}

/** Reads `take.json`. @throws OptionError */
export function parseTake(text: string, file: string): Take {
  return parse(takeSchema, text, file);
}

/** Reads a line of a log. @throws OptionError */
export function parseLine(text: string, place: string): RecordLine {
  return parse(lineSchema, text, place);
}

function parse<Output>(schema: v.GenericSchema<unknown, Output>, text: string, place: string): Output {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new OptionError('record', `is no record of a live server: ${place} is not JSON`, { cause });
  }
  const result = v.safeParse(schema, json);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new OptionError(
    'record',
    `is no record that this version reads: ${place} is wrong at "${v.getDotPath(issue) ?? ''}": ${issue.message}`,
  );
}
