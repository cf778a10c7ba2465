import { OptionError } from '../events/index.ts';

/** Bounds of a live server. All have defaults, all can be set. */
export interface LiveLimits {
  /** Largest message. Default 1 MiB: 131,069 events. */
  readonly maxMessageBytes: number;
  /** Most cameras at a time. Default 16. */
  readonly maxCameras: number;
  /** Most dashboards at a time. Default 64. */
  readonly maxViewers: number;
  /** Connections of any kind at a time, whatever they are for. Default 1024. */
  readonly maxConnections: number;
  /** Of them from one address. Default 256. */
  readonly maxConnectionsPerAddress: number;
  /** Time steps that may wait for the classifier, per camera, in whole windows. Default 64. */
  readonly maxQueuedSteps: number;
  /** Bytes of them, of all cameras together; each may have an equal share, and one window in any case. Default 256 MiB. */
  readonly maxQueuedBytes: number;
  /** Bytes of events that wait for the end of their time step, of all cameras together, in equal shares. Default 1 GiB. */
  readonly maxOpenBytes: number;
  /** Wrong tokens that an address may send in a minute; then it gets 429. Default 10. */
  readonly maxWrongTokens: number;
  /** What is older, on its way or waiting, is left out in whole windows, unless the policy is `pause`. Default 1 s. */
  readonly maxAgeMs: number;
  /** Lines that may be logged of refused requests in a second; others are counted. Default 20. */
  readonly maxRefusalLines: number;
  /** Time for a TLS handshake, a request's headers, a whole request, and a peer that does not read its answer. Default 10 s. */
  readonly requestTimeoutMs: number;
  /** A camera must say hello within this. Default 3 s. */
  readonly helloDeadlineMs: number;
  /** A connection without any message for this long is closed. Default 10 min. */
  readonly idleTimeoutMs: number;
  /** A silent camera's open window is closed after this. Default 500 ms. */
  readonly flushAfterMs: number;
  /** Above this much unsent to a camera its policy holds: it is not read, or decisions are left out. Default 1 MiB. */
  readonly cameraHighWaterBytes: number;
  /** Display frames and messages to a dashboard are left out above this much unsent. Default 1 MiB. */
  readonly viewerHighWaterBytes: number;
  /** A dashboard that is so far behind for this long is closed. Default 5 s. */
  readonly viewerPatienceMs: number;
  /** Time for a peer to say goodbye, and for what it sent before a fault to be classified. Default 2 s. */
  readonly closeTimeoutMs: number;
  /** A server that ends is gone after this: half of it for windows that are open, half for goodbyes. Default 1.5 s. */
  readonly shutdownMs: number;
  /** Between pings. Default 20 s. */
  readonly heartbeatMs: number;
  /** A camera whose name is asked for again must show a sign of life within this. Default 2 s. */
  readonly takeoverMs: number;
}

/** @throws OptionError for one that is no number above 0. */
export function requireLimits(limits: Partial<LiveLimits>): void {
  for (const [name, value] of Object.entries(limits))
    if (!(value > 0)) throw new OptionError(name, `must be a number above 0, got ${value}`);
}

/** The defaults. */
export const DEFAULT_LIMITS: LiveLimits = {
  maxMessageBytes: 2 ** 20,
  maxCameras: 16,
  maxViewers: 64,
  maxConnections: 1024,
  maxConnectionsPerAddress: 256,
  maxQueuedSteps: 64,
  maxQueuedBytes: 2 ** 28,
  maxOpenBytes: 2 ** 30,
  maxWrongTokens: 10,
  maxAgeMs: 1_000,
  maxRefusalLines: 20,
  requestTimeoutMs: 10_000,
  helloDeadlineMs: 3_000,
  idleTimeoutMs: 600_000,
  flushAfterMs: 500,
  cameraHighWaterBytes: 2 ** 20,
  viewerHighWaterBytes: 2 ** 20,
  viewerPatienceMs: 5_000,
  closeTimeoutMs: 2_000,
  shutdownMs: 1_500,
  heartbeatMs: 20_000,
  takeoverMs: 2_000,
};
