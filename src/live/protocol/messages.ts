/** The JSON messages of `saccade.v1`: types, and schemas for what comes from outside. */
import { z } from 'zod';
import type { SensorGeometry } from '../../events/index.ts';
import { AEDAT2_CONVENTIONS, type Aedat2Convention } from '../../formats/index.ts';
import { ProtocolError } from './errors.ts';

/** First message of a camera. */
export interface Hello {
  readonly type: 'hello';
  /** Name of the camera, unique among those connected. */
  readonly camera: string;
  /** `null` where the recording states it itself. */
  readonly sensor: SensorGeometry | null;
  /** What the binary messages hold: event batches, or raw bytes of a recording format. */
  readonly payload: 'events' | 'raw';
  /** Format of raw bytes, for content that cannot be told apart. */
  readonly format?: string | undefined;
  readonly fileName?: string | undefined;
  readonly convention?: Aedat2Convention | undefined;
  /** What happens when the classifier is slower than the camera. */
  readonly policy: 'pause' | 'drop-oldest' | 'drop-newest';
}

const helloSchema: z.ZodType<Hello> = z.strictObject({
  type: z.literal('hello'),
  camera: z.string().min(1).max(100),
  sensor: z.strictObject({ width: z.int().min(1).max(65536), height: z.int().min(1).max(32768) }).nullable(),
  payload: z.enum(['events', 'raw']),
  format: z.string().max(50).optional(),
  fileName: z.string().max(500).optional(),
  convention: z.enum(AEDAT2_CONVENTIONS as [Aedat2Convention, ...Aedat2Convention[]]).optional(),
  policy: z.enum(['pause', 'drop-oldest', 'drop-newest']),
});

/** A new recording begins: decoder, time origin and network state start anew. */
export interface SegmentInfo {
  readonly name: string;
  /** The true class, where it is known. */
  readonly label: string | null;
  /** The recording's own sensor, where it is another than the hello's. */
  readonly sensor?: SensorGeometry | undefined;
}

const sensorSchema = z.strictObject({ width: z.int().min(1).max(65536), height: z.int().min(1).max(32768) });
const segmentSchema: z.ZodType<SegmentInfo> = z.strictObject({
  name: z.string().max(500),
  label: z.string().max(200).nullable(),
  sensor: sensorSchema.optional(),
});

/** The server's answer to a camera's hello. */
export interface Welcome {
  readonly type: 'welcome';
  readonly session: string;
  readonly maxMessageBytes: number;
}

/** What a dashboard needs to know of the model. */
export interface ViewerWelcome {
  readonly type: 'viewer-welcome';
  /** Names this run of the server: what was said before in another one may be of another model. */
  readonly session: string;
  readonly model: string;
  readonly classes: readonly string[];
  readonly steps: number;
  readonly layers: readonly { readonly id: string; readonly neurons: number }[];
  readonly input: { readonly width: number; readonly height: number };
  /** The model's window in words. */
  readonly window: string;
}

/** A camera came, began a recording, or left (`connected` false). */
export interface CameraMessage {
  readonly type: 'camera';
  readonly camera: string;
  readonly connected: boolean;
  readonly segment: SegmentInfo | null;
}

/** A decision after a time step; `final` after the last one of a window. */
export interface DecisionMessage {
  readonly type: 'decision';
  readonly camera: string;
  readonly segment: SegmentInfo | null;
  readonly window: number;
  readonly step: number;
  readonly steps: number;
  readonly final: boolean;
  readonly classIndex: number;
  readonly label: string;
  readonly scores: readonly number[];
  readonly logits: readonly number[];
  readonly spikes: readonly number[];
  readonly events: number;
  /** Of the window up to and with this step. */
  readonly windowEvents: number;
  /** Time that the step covers, microseconds of the recording. */
  readonly startMicros: number;
  readonly endMicros: number;
  /** From the arrival of the message that closed the step to the decision, milliseconds. */
  readonly latencyMs: number;
  readonly computeMs: number;
}

/** State of a camera's pipeline, a few times a second. */
export interface StatsMessage {
  readonly type: 'stats';
  readonly camera: string;
  readonly onPerSecond: number;
  readonly offPerSecond: number;
  readonly events: number;
  readonly messages: number;
  /** Messages that never came, by sequence number. */
  readonly sequenceGaps: number;
  /** What was left out, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
  /** Time steps that wait for the classifier. */
  readonly queue: number;
  readonly latencyMs: { readonly last: number; readonly p50: number; readonly p99: number };
}

/** Something is wrong with what this connection sent. */
export interface ErrorMessage {
  readonly type: 'error';
  readonly code: string;
  readonly message: string;
}

/** All decisions of what was sent have been made. */
export interface EndMessage {
  readonly type: 'end';
  readonly events: number;
  readonly decisions: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly sequenceGaps: number;
}

/** Server to camera. */
export type CameraReply = Welcome | DecisionMessage | ErrorMessage | EndMessage;
/** Server to dashboard, apart from display frames. */
export type ViewerMessage = ViewerWelcome | CameraMessage | DecisionMessage | StatsMessage | ErrorMessage;

function parse<T>(text: string, schema: z.ZodType<T>, code: 'BAD_HELLO' | 'BAD_SEGMENT', what: string): T {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new ProtocolError('BAD_JSON', 0, `The ${what} is not JSON.`, { cause });
  }
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new ProtocolError(
    code,
    0,
    `The ${what} is wrong at "${issue?.path.join('.') ?? ''}": ${issue?.message ?? ''}.`,
  );
}

/** Reads a camera's first message. @throws ProtocolError */
export function parseHello(text: string): Hello {
  return parse(text, helloSchema, 'BAD_HELLO', 'hello');
}

/** Reads the payload of a segment message. @throws ProtocolError */
export function parseSegment(text: string): SegmentInfo {
  return parse(text, segmentSchema, 'BAD_SEGMENT', 'segment message');
}
