/** What a camera and its server have to do with each other, whichever way its events come. */
import type { FeedHost } from '../camera/feed-host.ts';
import type { LiveCamera } from '../camera/live-camera.ts';
import type { LiveLimits } from '../limits.ts';
import type { ConnectionLog } from '../live-logger.ts';
import type { Model } from '../../network/index.ts';
import type { DecisionMessage } from '../protocol/index.ts';

/** What the server gives a camera, and wants to know of it. */
export interface CameraHooks {
  readonly feeds: FeedHost;
  readonly limits: LiveLimits;
  /** Whether its token allows the name. */
  readonly allows: (camera: string) => boolean;
  /**
   * Claims the name; `false` if another camera has it.
   *
   * @param session that of an earlier connection, which is replaced at once.
   */
  readonly claim: (camera: LiveCamera, session: string | undefined) => Promise<boolean>;
  readonly onSegment: (camera: LiveCamera) => void;
  /** @param model that made it. Default: the one that is in force. */
  readonly onDecision: (message: DecisionMessage, model?: Model) => void;
  readonly onClose: (camera: LiveCamera) => void;
  readonly log: ConnectionLog;
}
