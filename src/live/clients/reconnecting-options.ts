/** What a camera client that comes back is told, and what it says of its connection. */
import type { BackoffOptions } from './backoff.ts';
import type { CameraClientOptions } from './camera-client.ts';
import type { ConnectionState } from './connection-state.ts';

/** See `ReconnectingCamera`. */
export interface ReconnectingCameraOptions extends CameraClientOptions, BackoffOptions {
  /** Time without a connection, or without any progress on new ones, after which it gives up. Default 5 min. */
  readonly giveUpAfterMs?: number;
  /** What is kept to be sent again. Default 64 MiB: 5 M events. */
  readonly resendBytes?: number;
}

/** State of a camera's connection. */
export interface CameraConnectionState extends ConnectionState {
  /** Connections that were lost so far. */
  readonly losses: number;
  /** Events whose windows will not be decided, as they were not kept when a connection was lost. */
  readonly lostEvents: number;
}
