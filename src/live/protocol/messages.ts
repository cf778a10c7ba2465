/** The JSON messages of `saccade.v1`: types, and schemas for what comes from outside. */
import * as v from 'valibot';
import { integerBetween } from '../../network/integer-between.ts';
import { CONVENTIONS, type Convention, type SensorGeometry } from '../../events/index.ts';
import { CHIP_LAYOUTS, type Aedat2Chip } from '../../formats/aedat2/addressing.ts';
import { eventFormats, TIME_UNITS, type Evt21Endianness, type TimeUnit } from '../../formats/index.ts';
import { MAX_SENSOR_PIXELS } from './largest-sensor.ts';
import { parseMessage } from './parse-message.ts';
import type { Standstill } from './standstill.ts';

/** How raw bytes are to be read, where they do not say it themselves: options of the same names as everywhere. */
export interface RawDecoding {
  /** Identifier of the format, for content that cannot be told apart. */
  readonly format?: string | undefined;
  readonly chip?: Aedat2Chip | undefined;
  /** In place of the model's; also of event batches, which are canonical. */
  readonly convention?: Convention | undefined;
  readonly columns?: string | undefined;
  readonly timeUnit?: TimeUnit | undefined;
  readonly stream?: number | undefined;
  readonly topic?: string | undefined;
  readonly firstPixel?: 0 | 1 | undefined;
  readonly flipY?: boolean | undefined;
  readonly endianness?: Evt21Endianness | undefined;
}

/** First message of a camera. */
export interface Hello {
  readonly type: 'hello';
  /** Name of the camera, unique among those connected. */
  readonly camera: string;
  /** `null` where the recording states it itself. */
  readonly sensor: SensorGeometry | null;
  /** What the binary messages hold: event batches, or raw bytes of a recording format. */
  readonly payload: 'events' | 'raw';
  /** Name of the file that raw bytes are from: its extension helps to tell the format. */
  readonly fileName?: string | undefined;
  /** Of raw bytes; for event batches only `convention`. */
  readonly decoding?: RawDecoding | undefined;
  /** What happens when the classifier is slower than the camera. */
  readonly policy: 'pause' | 'drop-oldest' | 'drop-newest';
  /** The `session` of an earlier welcome: the connection that it was for is replaced at once, if it still stands. */
  readonly session?: string | undefined;
  /** Whether decisions are to say where their time went. Default false. */
  readonly trace?: boolean | undefined;
}

const sensorSchema: v.GenericSchema<unknown, SensorGeometry> = v.pipe(
  v.strictObject({ width: integerBetween(1, 65535), height: integerBetween(1, 32768) }),
  v.check(
    ({ width, height }) => width * height <= MAX_SENSOR_PIXELS,
    `more than ${MAX_SENSOR_PIXELS} pixels`,
  ),
);

const decodingSchema: v.GenericSchema<unknown, RawDecoding> = v.strictObject({
  format: v.optional(v.picklist(eventFormats.map(({ id }) => id))),
  chip: v.optional(v.picklist(Object.keys(CHIP_LAYOUTS) as Aedat2Chip[])),
  convention: v.optional(v.picklist(CONVENTIONS)),
  columns: v.optional(v.pipe(v.string(), v.maxLength(200))),
  timeUnit: v.optional(v.picklist(TIME_UNITS)),
  stream: v.optional(integerBetween(0)),
  topic: v.optional(v.pipe(v.string(), v.maxLength(200))),
  firstPixel: v.optional(v.picklist([0, 1])),
  flipY: v.optional(v.boolean()),
  endianness: v.optional(v.picklist(['little', 'legacy'])),
});

const helloSchema: v.GenericSchema<unknown, Hello> = v.pipe(
  v.strictObject({
    type: v.literal('hello'),
    camera: v.pipe(v.string(), v.minLength(1), v.maxLength(100)),
    sensor: v.nullable(sensorSchema),
    payload: v.picklist(['events', 'raw']),
    fileName: v.optional(v.pipe(v.string(), v.maxLength(500))),
    decoding: v.optional(decodingSchema),
    policy: v.picklist(['pause', 'drop-oldest', 'drop-newest']),
    session: v.optional(v.pipe(v.string(), v.maxLength(100))),
    trace: v.optional(v.boolean()),
  }),
  v.forward(
    v.check(
      ({ payload, decoding = {} }) => payload === 'raw' || isOnlyConvention(decoding),
      'event batches are decoded: only "convention" applies to them',
    ),
    ['decoding'],
  ),
);

function isOnlyConvention(decoding: RawDecoding): boolean {
  return Object.entries(decoding).every(([name, value]) => name === 'convention' || value === undefined);
}

/** A new recording begins: decoder, time origin and network state start anew. */
export interface SegmentInfo {
  readonly name: string;
  /** The true class, where it is known. */
  readonly label: string | null;
  /** The recording's own sensor, where it is another than the hello's. Event batches must lie inside. */
  readonly sensor?: SensorGeometry | undefined;
  /** The camera's own number of the recording, told back with its decisions: a camera that reconnects knows which they are of. */
  readonly number?: number | undefined;
}

const segmentSchema: v.GenericSchema<unknown, SegmentInfo> = v.strictObject({
  name: v.pipe(v.string(), v.maxLength(500)),
  label: v.nullable(v.pipe(v.string(), v.maxLength(200))),
  sensor: v.optional(sensorSchema),
  number: v.optional(integerBetween(0)),
});

/** The server's answer to a camera's hello. */
export interface Welcome {
  readonly type: 'welcome';
  /** Secret of this connection: a camera that comes back says it, and need not wait for its old connection to end. */
  readonly session: string;
  /** Largest message that the server takes. */
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

/**
 * Where the time of a decision went, milliseconds. Times are of the server's own clock, which begins anywhere; what
 * they leave beside the parts went between them.
 */
export interface DecisionTrace {
  /** When the message that closed the step arrived. */
  readonly receivedAtMs: number;
  /** From then until it was decoded and the step closed. */
  readonly decodeMs: number;
  /** Until the engine began. */
  readonly queueMs: number;
  readonly engineMs: number;
  /** When the decision was handed on. */
  readonly sentAtMs: number;
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
  /** Events in the window so far. */
  readonly windowEvents: number;
  /** Of the window so far, those that a window or a step in front of them has too, where windows or steps overlap and there are any. */
  readonly windowRepeatedEvents?: number;
  /** Number of the time segment, from 0: times are comparable only inside one. */
  readonly clockSegment: number;
  /** Time that the step covers, microseconds of the recording. */
  readonly startMicros: number;
  readonly endMicros: number;
  /** Where its window begins. */
  readonly windowStartMicros: number;
  /** From the arrival of the message that closed the step to the decision, milliseconds. */
  readonly latencyMs: number;
  readonly computeMs: number;
  /** The camera fell silent, which closed the window: no part of latency statistics. */
  readonly flushed: boolean;
  /** The server ended in the middle of the window: whoever sends it again gets another decision. */
  readonly cut?: true;
  /** Where the camera asked for it. */
  readonly trace?: DecisionTrace | undefined;
  /** Of the lease under which a worker of a cluster decided: each takeover has a higher one. 0 without a cluster. */
  readonly epoch: number;
}

/** What people should know of a recording; `null`: of what a camera sent without naming one. */
export interface RecordingNote {
  readonly recording: string | null;
  readonly text: string;
}

/** State of a camera's pipeline, a few times a second. */
export interface StatsMessage {
  readonly type: 'stats';
  readonly camera: string;
  readonly onPerSecond: number;
  readonly offPerSecond: number;
  readonly events: number;
  /** Of them ON. */
  readonly onEvents: number;
  /** Bytes and messages that came. */
  readonly bytes: number;
  readonly messages: number;
  /** Messages that never came, by sequence number. */
  readonly sequenceGaps: number;
  /** Messages whose number had passed: sent twice, or in another order. */
  readonly sequenceRepeats: number;
  /** Decisions that the camera was not sent, as it does not read. */
  readonly unreadDecisions: number;
  /** What people should do where a network source gets nothing, or nothing good; `null`: all is well. */
  readonly advice: string | null;
  /** What was left out, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
  /** What people should know of the recordings: sensors that were fitted, restarts of the clock, losses. */
  readonly notes: readonly RecordingNote[];
  /** Time steps that wait for the classifier. */
  readonly queue: number;
  /** About how long the one in front has waited, milliseconds; 0 where none waits. */
  readonly queueAgeMs: number;
  /** Age of what was read last, milliseconds, the way through the network included; `null` where it is not known. */
  readonly ageMs: number | null;
  readonly latencyMs: { readonly last: number; readonly p50: number; readonly p99: number };
}

/** Something is wrong with what this connection sent. */
export interface ErrorMessage {
  readonly type: 'error';
  readonly code: string;
  readonly message: string;
}

/** The server's clock, for a camera that asked: which begins anywhere, milliseconds. */
export interface ClockMessage {
  readonly type: 'clock';
  /** Sequence number of the question. */
  readonly seq: number;
  readonly receivedAtMs: number;
  readonly sentAtMs: number;
}

/** What was left out so far, said while it happens: at most once a second, and only when it is more or nothing is decided. */
export interface DropsMessage {
  readonly type: 'drops';
  /** Told each second while it lasts, and once when it is over. */
  readonly standstill: Standstill | null;
  /** As in the statistics: all since the connection began. */
  readonly dropped: Readonly<Record<string, number>>;
  readonly unreadDecisions: number;
  readonly ageMs: number | null;
}

/** All decisions of what was sent have been made. */
export interface EndMessage {
  readonly type: 'end';
  /** `shutdown`: the server ends, the camera has not. What it sends from now on is not read: come back later. */
  readonly reason: 'asked' | 'shutdown';
  readonly events: number;
  readonly decisions: number;
  readonly dropped: Readonly<Record<string, number>>;
  /** As in the statistics. */
  readonly notes: readonly RecordingNote[];
  readonly sequenceGaps: number;
  readonly sequenceRepeats: number;
  readonly unreadDecisions: number;
}

/** Server to camera. */
export type CameraReply = Welcome | DecisionMessage | DropsMessage | ClockMessage | ErrorMessage | EndMessage;

/** Reads a camera's first message. @throws ProtocolError */
export function parseHello(text: string): Hello {
  return parseMessage(text, helloSchema, 'BAD_HELLO', 'hello');
}

/** Reads the payload of a segment message. @throws ProtocolError */
export function parseSegment(text: string): SegmentInfo {
  return parseMessage(text, segmentSchema, 'BAD_SEGMENT', 'segment message');
}
