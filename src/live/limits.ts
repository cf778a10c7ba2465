/** Bounds of a live server. All have defaults, all can be set. */
export interface LiveLimits {
  /** Largest message. Default 1 MiB: 131,069 events. */
  readonly maxMessageBytes: number;
  /** Most cameras at a time. Default 16. */
  readonly maxCameras: number;
  /** Most dashboards at a time. Default 64. */
  readonly maxViewers: number;
  /** Time steps that may wait for the classifier, per camera, in whole windows. Default 64. */
  readonly maxQueuedSteps: number;
  /** Wrong tokens that an address may send in a minute; then it gets 429. Default 10. */
  readonly maxWrongTokens: number;
  /** Windows whose first step waits for longer are left out, unless the policy is `pause`. Default 1 s. */
  readonly maxAgeMs: number;
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
  /** Time for peers to say goodbye at shutdown. Default 2 s. */
  readonly closeTimeoutMs: number;
  /** Between pings. Default 20 s. */
  readonly heartbeatMs: number;
  /** A camera whose name is asked for again must show a sign of life within this. Default 2 s. */
  readonly takeoverMs: number;
}

/** The defaults. */
export const DEFAULT_LIMITS: LiveLimits = {
  maxMessageBytes: 2 ** 20,
  maxCameras: 16,
  maxViewers: 64,
  maxQueuedSteps: 64,
  maxWrongTokens: 10,
  maxAgeMs: 1_000,
  helloDeadlineMs: 3_000,
  idleTimeoutMs: 600_000,
  flushAfterMs: 500,
  cameraHighWaterBytes: 2 ** 20,
  viewerHighWaterBytes: 2 ** 20,
  viewerPatienceMs: 5_000,
  closeTimeoutMs: 2_000,
  heartbeatMs: 20_000,
  takeoverMs: 2_000,
};
