/** Small translations at a camera's socket. */
import type { RawData } from 'ws';
import { ClusterError } from '../../cluster/errors.ts';
import { SaccadeError } from '../../events/index.ts';
import type { CreateDecoderOptions } from '../../formats/index.ts';
import type { TransportCounts } from '../camera/camera-feed.ts';
import type { Feed, FeedOptions } from '../camera/feed-host.ts';
import type { LiveLimits } from '../limits.ts';
import type { Model } from '../../network/index.ts';
import { fitSensor, frameOptionsOf, PipelineError, sortReading } from '../../pipeline/index.ts';
import {
  CLOSE_CODES,
  ProtocolError,
  type CameraMessageBody,
  type DropsMessage,
  type EndMessage,
  type Hello,
} from '../protocol/index.ts';

/** The decoder's options that a hello states, and no others: what a recording says of itself holds. */
export function decodingOf({ sensor, fileName, decoding }: Hello): CreateDecoderOptions {
  const options: Record<string, unknown> = { ...decoding, fileName, geometry: sensor ?? undefined };
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/** What a feed needs to know of a hello and of the limits; a camera has an equal share of what is for all. */
export function feedOptionsOf(hello: Hello, limits: LiveLimits): Omit<FeedOptions, 'onDecision' | 'onError'> {
  const { camera: name, sensor, payload, policy, trace = false } = hello;
  const { maxCameras, maxQueuedSteps, maxAgeMs, flushAfterMs } = limits;
  return {
    name,
    sensor,
    payload,
    policy,
    trace,
    decoding: decodingOf(hello),
    fromPeer: true,
    maxQueuedSteps,
    maxQueuedBytes: Math.floor(limits.maxQueuedBytes / maxCameras),
    maxOpenBytes: Math.floor(limits.maxOpenBytes / maxCameras),
    maxAgeMs,
    flushAfterMs,
  };
}

/** What was left out so far. */
export function dropsOf(
  { dropped, standstill }: Feed,
  { unreadDecisions, ageMs = null }: TransportCounts,
): Omit<DropsMessage, 'type'> {
  return { dropped, unreadDecisions, ageMs, standstill };
}

/** The last message to a camera. */
export function endOf(
  { events, decisions, dropped, notes }: Feed,
  reason: EndMessage['reason'],
  { sequenceGaps, sequenceRepeats, unreadDecisions }: TransportCounts,
): EndMessage {
  return {
    type: 'end',
    reason,
    events,
    decisions,
    dropped,
    notes,
    sequenceGaps,
    sequenceRepeats,
    unreadDecisions,
  };
}

/** What can never fit is said with the hello, not with the first events. @throws PipelineError */
export function requireFit(hello: Hello, model: Model): void {
  if (hello.sensor === null) return;
  const { rule, output } = frameOptionsOf({ model }, sortReading(decodingOf(hello)).rule);
  fitSensor(rule, hello.sensor, output);
}

/** The bytes of a message in whatever form `ws` hands them out. */
export function toBytes(data: RawData): Uint8Array {
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  return Array.isArray(data) ? Buffer.concat(data) : data;
}

/** @throws ProtocolError for what the hello did not announce. */
export function requirePayload({ payload }: Hello, { kind }: CameraMessageBody): void {
  if ((kind !== 'events' && kind !== 'raw') || kind === payload) return;
  throw new ProtocolError('UNKNOWN_KIND', 3, `The hello announced ${payload}, this message holds ${kind}.`);
}

/** Why a text message behind the hello is refused. */
export function textNotAllowed(): ProtocolError {
  const problem = 'After the hello only binary messages are allowed.';
  return new ProtocolError('TEXT_NOT_ALLOWED', null, problem);
}

/** Why a camera is not let in. */
export function cameraNotAllowed(name: string): ProtocolError {
  return new ProtocolError('NOT_ALLOWED', null, `This token does not allow a camera "${name}".`);
}

/** Why a camera is not let in. */
export function cameraTaken(name: string): ProtocolError {
  const problem = `A camera "${name}" is connected already. Give this one another name, or end that one.`;
  return new ProtocolError('CAMERA_TAKEN', null, problem);
}

/** The cluster does not answer just now; anything else of it is a fault of the server. */
const isAway = ({ code }: ClusterError): boolean => code === 'UNREACHABLE';

/** With which code an error closes the connection. */
export function closeCodeOf(error: unknown): number {
  if (!(error instanceof SaccadeError)) return CLOSE_CODES.serverError;
  if (error instanceof ClusterError) return isAway(error) ? CLOSE_CODES.overloaded : CLOSE_CODES.serverError;
  if (error.code === 'TEXT_NOT_ALLOWED') return CLOSE_CODES.textNotAllowed;
  if (error.code === 'BAD_HELLO' || error.code === 'BAD_JSON') return CLOSE_CODES.badHello;
  if (error.code === 'NOT_ALLOWED') return CLOSE_CODES.unauthorised;
  if (error.code === 'CAMERA_TAKEN') return CLOSE_CODES.cameraTaken;
  if (error instanceof PipelineError) return CLOSE_CODES.policy;
  return CLOSE_CODES.undecodable;
}

/** What the other side is told of an error: faults of the server itself stay in its log. */
export function describeError(error: unknown): { readonly code: string; readonly message: string } {
  if (!(error instanceof SaccadeError) || (error instanceof ClusterError && !isAway(error)))
    return { code: 'SERVER_ERROR', message: 'The server failed; its log says why.' };
  const { code, message } = error as SaccadeError;
  return { code, message };
}
