/** What a camera's connection and its server have to do with each other. */
import type { InferenceEngine } from '../inference/index.ts';
import type { CameraConnection } from './camera-connection.ts';
import type { LiveLimits } from './limits.ts';
import type { DecisionMessage, Hello } from './protocol/index.ts';
import type { WorkTurns } from './work-turns.ts';

/** What the server wants to know of a camera. */
export interface CameraConnectionHooks {
  readonly engine: InferenceEngine;
  /** Which all cameras of a server share. */
  readonly turns: WorkTurns;
  readonly limits: LiveLimits;
  /** Whether its token allows the name. */
  readonly allows: (camera: string) => boolean;
  /** Claims the name; `false` if another camera has it. */
  readonly claim: (hello: Hello, connection: CameraConnection) => Promise<boolean>;
  readonly onSegment: (connection: CameraConnection) => void;
  readonly onDecision: (message: DecisionMessage) => void;
  readonly onClose: (connection: CameraConnection) => void;
  readonly log: (level: 'info' | 'warn' | 'error', message: string, fields: object) => void;
}
