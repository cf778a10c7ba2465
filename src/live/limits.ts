/** The bounds of a live server. A new one is an entry in this list: its flag, its variable and its line in docs/limits.md follow. */
import { chosenLimits, defaultsOf, type DescribedLimits } from './described-limits.ts';

/** Names of the bounds of a live server; {@link LIVE_LIMITS} says what each is. */
export type LiveLimitName =
  | 'maxMessageBytes'
  | 'maxCameras'
  | 'maxViewers'
  | 'maxConnections'
  | 'maxConnectionsPerAddress'
  | 'maxQueuedSteps'
  | 'maxQueuedBytes'
  | 'maxOpenBytes'
  | 'maxWrongTokens'
  | 'maxAgeMs'
  | 'maxRefusalLines'
  | 'requestTimeoutMs'
  | 'helloDeadlineMs'
  | 'idleTimeoutMs'
  | 'flushAfterMs'
  | 'cameraHighWaterBytes'
  | 'viewerHighWaterBytes'
  | 'viewerPatienceMs'
  | 'closeTimeoutMs'
  | 'shutdownMs'
  | 'heartbeatMs'
  | 'takeoverMs'
  | 'maxReadyQueueAgeMs';

/** Bounds of a live server. All have defaults, all can be set. */
export type LiveLimits = Readonly<Record<LiveLimitName, number>>;

/** What each bound is. */
export const LIVE_LIMITS: DescribedLimits<LiveLimitName> = {
  maxMessageBytes: {
    unit: 'bytes',
    default: 2 ** 20,
    min: 256,
    max: 2 ** 30,
    guards:
      'Largest message of a camera: 131,069 events by default. Clients are told it and split what is larger; a larger one closes the connection with 1009',
  },
  maxCameras: {
    unit: 'count',
    default: 16,
    min: 1,
    guards: 'Cameras at a time. One more gets 503',
  },
  maxViewers: {
    unit: 'count',
    default: 64,
    min: 0,
    guards: 'Dashboards at a time. One more gets 503',
  },
  maxConnections: {
    unit: 'count',
    default: 1024,
    min: 1,
    guards: 'Connections of any kind at a time, whatever they are for',
  },
  maxConnectionsPerAddress: {
    unit: 'count',
    default: 256,
    min: 1,
    guards:
      'Connections from one address at a time. Behind a trusted proxy (`--trusted-proxy`), of one client of it: one more gets 429',
  },
  maxQueuedSteps: {
    unit: 'count',
    default: 64,
    min: 1,
    guards:
      "Time steps of a camera that may wait for the classifier, in whole windows; there is always room for one window. Beyond it the camera's policy holds",
  },
  maxQueuedBytes: {
    unit: 'bytes',
    default: 2 ** 28,
    min: 1,
    guards:
      'Time steps of all cameras together that wait for the classifier; each camera may have an equal share, and one window in any case',
  },
  maxOpenBytes: {
    unit: 'bytes',
    default: 2 ** 30,
    min: 1,
    guards:
      'Events of all cameras together that wait for the end of their time step, or in a filter that holds whole time segments, in equal shares: a camera whose clock stands, or that never ends a segment. Beyond it they are left out and counted as `overload`; under the policy `pause` the camera is refused',
  },
  maxWrongTokens: {
    unit: 'count',
    default: 10,
    min: 1,
    guards:
      'Wrong tokens that an address (behind a trusted proxy, its client) may send in a minute. Then it gets 429',
  },
  maxAgeMs: {
    unit: 'ms',
    default: 1_000,
    min: 1,
    guards:
      'What is older, on its way or waiting, is left out in whole windows and counted as `overload`, unless the policy is `pause`',
  },
  maxRefusalLines: {
    unit: 'count',
    default: 20,
    min: 1,
    guards: 'Lines in the log of refused requests in a second. Others are counted',
  },
  requestTimeoutMs: {
    unit: 'ms',
    default: 10_000,
    min: 1,
    guards:
      'A TLS handshake, the headers of a request, all of a request, a peer that does not read its answer',
  },
  helloDeadlineMs: {
    unit: 'ms',
    default: 3_000,
    min: 1,
    guards: 'A camera must say hello within this. Else it is closed with 4400',
  },
  idleTimeoutMs: {
    unit: 'ms',
    default: 600_000,
    min: 1,
    guards: 'A camera that sends nothing for this long is closed with 4408',
  },
  flushAfterMs: {
    unit: 'ms',
    default: 500,
    min: 1,
    guards: "A silent camera's open window is decided after this, and the decision marked as flushed",
  },
  cameraHighWaterBytes: {
    unit: 'bytes',
    default: 2 ** 20,
    min: 1,
    guards:
      'Decisions that wait for a camera to read them. Beyond it, it is not read (policy `pause`), or decisions are left out and counted',
  },
  viewerHighWaterBytes: {
    unit: 'bytes',
    default: 2 ** 20,
    min: 1,
    guards:
      'What waits for a dashboard to read it. Beyond it pictures and messages are left out, never states',
  },
  viewerPatienceMs: {
    unit: 'ms',
    default: 5_000,
    min: 1,
    guards: 'A dashboard that is so far behind for this long is closed with 1013',
  },
  closeTimeoutMs: {
    unit: 'ms',
    default: 2_000,
    min: 1,
    guards: 'Time for a peer to say goodbye, and for what it sent before a fault to be classified',
  },
  shutdownMs: {
    unit: 'ms',
    default: 1_500,
    min: 1,
    guards: 'A server that ends is gone after this: half of it for windows that are open, half for goodbyes',
  },
  heartbeatMs: {
    unit: 'ms',
    default: 20_000,
    min: 10,
    guards: 'Between pings. A peer that did not answer the last one is ended',
  },
  takeoverMs: {
    unit: 'ms',
    default: 2_000,
    min: 1,
    guards:
      'When a name is asked for that a camera has, that camera must show a sign of life within this, else it is replaced',
  },
  maxReadyQueueAgeMs: {
    unit: 'ms',
    default: 5_000,
    min: 1,
    guards: 'A time step that has waited for longer makes `/readyz` answer 503',
  },
};

/** The defaults. */
export const DEFAULT_LIMITS: LiveLimits = defaultsOf(LIVE_LIMITS);

/** All limits. @throws OptionError for a name that is none, and for a value out of its range. */
export function liveLimits(chosen?: Partial<LiveLimits>): LiveLimits {
  return chosenLimits(LIVE_LIMITS, chosen);
}
