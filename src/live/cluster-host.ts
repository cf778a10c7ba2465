/** What a live server needs in place of an engine: the cluster whose workers decide. */
import type { FeedHost } from './camera/feed-host.ts';
import type { LiveCamera } from './camera/live-camera.ts';
import type { LiveExtension } from './extension.ts';
import type { CameraMessage, DecisionMessage } from './protocol/index.ts';

/** Dashboards of a gateway. */
export interface Dashboards {
  readonly size: number;
  announce(state: CameraMessage): void;
  broadcast(message: DecisionMessage): void;
}

/** See the file comment. */
export interface ClusterHost extends LiveExtension {
  readonly feeds: FeedHost;
  /** Cameras of other gateways, while somebody watches. */
  readonly cameras: Iterable<LiveCamera>;
  /** Claims a camera's name over all gateways. */
  claim(camera: LiveCamera, session: string | undefined): Promise<boolean>;
  /** Whom to show the cameras of other gateways. */
  show(dashboards: Dashboards): void;
  /** A dashboard came. */
  watch(): void;
}
