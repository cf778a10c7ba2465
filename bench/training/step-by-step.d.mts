import type { SampleBatch } from '../../operators/index.ts';
import type { NetworkParameters } from '../../src/network/index.ts';
import type { BatchLoss, EdeSlope, LayerFiring, TrainingEngineOptions } from '../../src/training/index.ts';

/** Steps that are normalised together, a divisor of T (default 1), and which loop is the outer one. */
export interface StepForm {
  readonly stretch?: number;
  readonly order?: 'time-major' | 'layer-major';
}

/** Training step by step. */
export class StepByStepTrainer {
  constructor(
    options: Omit<TrainingEngineOptions, 'gradients' | 'threads' | 'maxMemoryBytes'>,
    form?: StepForm,
  );
  readonly bytes: number;
  step(batch: SampleBatch, rate: number, ede: EdeSlope): Promise<BatchLoss>;
  gradients(batch: SampleBatch, ede: EdeSlope): Promise<BatchLoss>;
  firing(): LayerFiring[];
  parameterGradients(): NetworkParameters;
  snapshot(): NetworkParameters;
}
