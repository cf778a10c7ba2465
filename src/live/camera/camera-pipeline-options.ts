/** What a camera's pipeline is told. */
import type { EventBatch, SensorGeometry } from '../../events/index.ts';
import type { SegmentOptions } from './camera-segment.ts';
import type { PipelineMark } from './pipeline-mark.ts';
import type { StepWorkerOptions } from './step-worker.ts';

/** See `CameraPipeline`. */
export interface CameraPipelineOptions extends SegmentOptions, Omit<StepWorkerOptions, 'onDrop' | 'onFault'> {
  /** A silent camera's open window is closed after this. */
  readonly flushAfterMs: number;
  /** Asked before that: whether nothing is on its way. Default: whether nothing comes in one turn of the event loop. */
  readonly isSilent?: () => Promise<boolean>;
  /** Every batch, and the size of the sensor it is of; `skipped` where it is too old to be looked at. */
  readonly onEvents?: (batch: EventBatch, sensor: SensorGeometry, skipped: boolean) => void;
  /** Told when it happens. */
  readonly onMark?: (mark: PipelineMark) => void;
  /** Told once; what came before the fault was classified. */
  readonly onError: (error: unknown) => void;
}
