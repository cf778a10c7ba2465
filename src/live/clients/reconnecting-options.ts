/** What a camera client that comes back is told, and what it says of its connection. */
import type { CameraClientOptions } from './camera-client.ts';

/** See `ReconnectingCamera`. */
export interface ReconnectingCameraOptions extends CameraClientOptions {
  /** Time without a connection, or without any progress on new ones, after which it gives up. Default 5 min. */
  readonly giveUpAfterMs?: number;
  /** What is kept to be sent again. Default 64 MiB: 5 M events. */
  readonly resendBytes?: number;
  /** Bound of the first wait. Default 0.5 s; it doubles with every attempt. */
  readonly firstBackoffMs?: number;
  /** The longest wait. Default 30 s. */
  readonly maxBackoffMs?: number;
}

/** State of the connection. */
export interface CameraConnectionState {
  /** `waiting`: lost, tried again after `retryMs`. `closed`: for good. */
  readonly status: 'connecting' | 'open' | 'waiting' | 'closed';
  /** Connections that were lost so far. */
  readonly losses: number;
  readonly retryMs: number | null;
  /** Why there is no connection. */
  readonly error: Error | null;
  /** Events whose windows will not be decided, as they were not kept when a connection was lost. */
  readonly lostEvents: number;
}
