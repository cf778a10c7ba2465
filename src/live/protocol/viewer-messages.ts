/** The messages between a dashboard and the server that are about many cameras at once. */
import * as v from 'valibot';
import { ProtocolError } from './errors.ts';
import type {
  CameraMessage,
  DecisionMessage,
  ErrorMessage,
  StatsMessage,
  ViewerWelcome,
} from './messages.ts';
import { parseMessage } from './parse-message.ts';

/** What a dashboard looks at. */
export interface Watch {
  readonly type: 'watch';
  /** Name of the camera that is shown in full, whether it is there or not; `null`: none. */
  readonly camera: string | null;
  /** Whether small pictures of all cameras are shown. */
  readonly thumbnails: boolean;
}

/** A finished window in few words. */
export interface Verdict {
  readonly label: string;
  /** Of that class, 0 to 1. */
  readonly score: number;
  /** The true class, where it is known. */
  readonly truth: string | null;
  /** Events of the window. */
  readonly events: number;
  readonly latencyMs: number;
  /** Since it was made, milliseconds. */
  readonly ageMs: number;
}

/** A camera in few bytes. */
export interface CameraSummary {
  readonly camera: string;
  /** The newest finished window; one that silence closed only where its recording has no other. */
  readonly verdict: Verdict | null;
  /** Windows that were finished, not closed by silence, since the camera's summary before, and the mean of their scores. */
  readonly windows: number;
  readonly meanScore: number;
  /** `null` where there are none yet. Of its notes only the newest, cut after {@link MAX_NOTE_LENGTH} characters. */
  readonly stats: StatsMessage | null;
}

/** Cameras that a dashboard does not show in full. */
export interface SummariesMessage {
  readonly type: 'summaries';
  readonly summaries: readonly CameraSummary[];
}

/** Longest note in a summary. */
export const MAX_NOTE_LENGTH = 300;
/** Longest message of a dashboard, in UTF-8. */
export const MAX_WATCH_BYTES = 2048;

/** Server to dashboard, apart from pictures. */
export type ViewerMessage =
  ViewerWelcome | CameraMessage | DecisionMessage | StatsMessage | SummariesMessage | ErrorMessage;

const watchSchema: v.GenericSchema<unknown, Watch> = v.strictObject({
  type: v.literal('watch'),
  camera: v.nullable(v.pipe(v.string(), v.minLength(1), v.maxLength(100))),
  thumbnails: v.boolean(),
});

/** Reads what a dashboard says. @throws ProtocolError */
export function parseWatch(message: Uint8Array): Watch {
  if (message.length > MAX_WATCH_BYTES) {
    const problem = `A watch message has at most ${MAX_WATCH_BYTES} bytes, this one ${message.length}.`;
    throw new ProtocolError('BAD_WATCH', null, problem);
  }
  return parseMessage(new TextDecoder().decode(message), watchSchema, 'BAD_WATCH', 'watch message');
}
