/** What a system under test looks like to the experiment. */
import type { EventBatch } from '../events/index.ts';
import type { ClockExchange, DecisionMessage, EndMessage, SegmentInfo } from '../live/index.ts';
import type { BufferPolicy } from '../pipeline/index.ts';

/** A decision as a target reports it. */
export type TargetDecision = Pick<
  DecisionMessage,
  | 'segment'
  | 'label'
  | 'scores'
  | 'classIndex'
  | 'window'
  | 'step'
  | 'steps'
  | 'final'
  | 'clockSegment'
  | 'endMicros'
  | 'flushed'
  | 'trace'
>;

/** What was lost on the way. */
export type TargetLosses = Pick<
  EndMessage,
  'dropped' | 'sequenceGaps' | 'sequenceRepeats' | 'unreadDecisions'
>;

/** How a camera is connected. */
export interface TargetCameraOptions {
  readonly name: string;
  readonly policy: BufferPolicy;
  /** @param receivedAtMs when it was there, `performance.now()` clock. */
  readonly onDecision: (decision: TargetDecision, receivedAtMs: number) => void;
}

/** A camera of a target. */
export interface TargetCamera {
  startSegment(segment: SegmentInfo): Promise<void>;
  sendEvents(batch: EventBatch): Promise<void>;
  /** Asks for the target's clock; `null` where it is our own. */
  readonly askClock: (() => Promise<void>) | null;
  /** The answers so far. */
  readonly clockExchanges: readonly ClockExchange[];
  /** Resolves when all was decided. */
  end(): Promise<TargetLosses>;
  close(): void;
}

/** A system under test. */
export interface LatencyTarget {
  connect(options: TargetCameraOptions): Promise<TargetCamera>;
  /** Ends it; may be called again. */
  close(): Promise<void>;
}

/** Of what kind it is: a server that the experiment started, one that was there, or the pipeline in this process. */
export type TargetPath = 'own-server' | 'remote' | 'direct';
