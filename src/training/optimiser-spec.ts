/** What moves weights along their gradients: what may be asked for, and what is remembered between two steps. */
import { OptionError } from '../events/index.ts';
import { rangedOption, type NumberRange } from './ranges.ts';

/** All optimisers. */
export const OPTIMISERS = ['adam', 'adamw', 'sgd'] as const;

/**
 * `adam`; `adamw`, which before each step takes `rate * weightDecay` of every weight of convolutions and read-outs away
 * (decoupled, Loshchilov and Hutter 2019; batch norm and M_tau do not decay); `sgd` with momentum, v = momentum * v +
 * gradient, w = w - rate * v, and the same decay.
 */
export interface OptimiserSpec {
  readonly kind: (typeof OPTIMISERS)[number];
  /** Default {@link DEFAULT_WEIGHT_DECAY} for `adamw`, 0 for `sgd`; `adam` has none. */
  readonly weightDecay?: number;
  /** Of `sgd`. Default {@link DEFAULT_MOMENTUM}. */
  readonly momentum?: number;
}

/** As PyTorch's AdamW. */
export const DEFAULT_WEIGHT_DECAY = 0.01;
/** Of `sgd`. */
export const DEFAULT_MOMENTUM = 0.9;
export const ADAM_BETA1: number = Math.fround(0.9);
export const ADAM_BETA2: number = Math.fround(0.999);
export const ADAM_EPSILON = 1e-8;

export const WEIGHT_DECAY_RANGE: NumberRange = { min: 0, max: 1 };
export const MOMENTUM_RANGE: NumberRange = { min: 0, max: 1, without: 'max' };

/** With nothing left out. @throws OptionError for what an optimiser does not have, or a number out of its range. */
export function resolveOptimiser(spec: OptimiserSpec = { kind: 'adam' }): Required<OptimiserSpec> {
  const { kind, weightDecay, momentum } = spec;
  if (!OPTIMISERS.includes(kind))
    throw new OptionError('optimiser', `must be one of ${OPTIMISERS.join(', ')}, got ${kind}`);
  if (kind === 'adam' && (weightDecay ?? 0) !== 0)
    throw new OptionError('weightDecay', 'belongs to adamw and sgd; adam has none');
  // What was resolved may be resolved again.
  if (kind !== 'sgd' && (momentum ?? 0) !== 0) throw new OptionError('momentum', 'belongs to sgd');
  const decay = weightDecay ?? (kind === 'adamw' ? DEFAULT_WEIGHT_DECAY : 0);
  return {
    kind,
    weightDecay: rangedOption('weightDecay', decay, WEIGHT_DECAY_RANGE),
    momentum: rangedOption('momentum', momentum ?? (kind === 'sgd' ? DEFAULT_MOMENTUM : 0), MOMENTUM_RANGE),
  };
}

/** All that an optimiser remembers between two steps. */
export interface OptimiserState {
  /** Steps taken. */
  readonly iterations: number;
  /**
   * β₁^(n+1) and β₂^(n+1) as n float32 products made them. They cannot be computed from n: `pow` rounds once, n
   * products round n times. `sgd` does not use them.
   */
  readonly betaPowers: readonly [number, number];
  /** First moments of all variables, then second ones (`sgd`: velocities alone); empty before the first step. */
  readonly moments: readonly Float32Array[];
}

/** How many numbers are remembered of each weight. */
export function momentsOf(kind: OptimiserSpec['kind']): 1 | 2 {
  return kind === 'sgd' ? 1 : 2;
}
