/** Where the time of a decision goes. */
import { toOwnClock, type ClockEstimate } from './clock.ts';
import type { RawSample } from './camera-probe.ts';

/** The stages of a delay, in order; together they are all of it. */
export const STAGES = [
  'sensor',
  'closing',
  'uplink',
  'decode',
  'queue',
  'engine',
  'handover',
  'downlink',
] as const;

/** One of {@link STAGES}. */
export type Stage = (typeof STAGES)[number];

/** What each stage is, for people. */
export const STAGE_TEXTS: Readonly<Record<Stage, { readonly title: string; readonly what: string }>> = {
  sensor: {
    title: 'sensor → socket',
    what: 'from when the last event of the step was due until its message was handed to the socket: packing, and how late the generator was',
  },
  closing: {
    title: 'step closes',
    what: 'until the message was sent whose event closes the step: no step ends before an event behind it, or the end of the recording',
  },
  uplink: {
    title: 'socket → server',
    what: 'until the server took that message: buffers, back-pressure, the way, its event loop',
  },
  decode: { title: 'decode', what: 'until the message was decoded and the step closed' },
  queue: { title: 'queue', what: 'until the engine began with the step' },
  engine: { title: 'engine', what: 'the time step through the network' },
  handover: { title: 'hand-over', what: 'until the decision was handed to the socket' },
  downlink: { title: 'socket → client', what: 'until it was there' },
};

/** Milliseconds of each of {@link STAGES}; `null` where the server did not say. */
export function stagesOf(sample: RawSample, clock: ClockEstimate | null): number[] | null {
  const { dueAt, lastSentAt, closeSentAt, receivedAt, trace } = sample;
  if (trace === null) return null;
  const { receivedAtMs, decodeMs, queueMs, engineMs, sentAtMs } = trace;
  return [
    lastSentAt - dueAt,
    closeSentAt - lastSentAt,
    toOwnClock(receivedAtMs, clock) - closeSentAt,
    decodeMs,
    queueMs,
    engineMs,
    sentAtMs - receivedAtMs - decodeMs - queueMs - engineMs,
    receivedAt - toOwnClock(sentAtMs, clock),
  ];
}
