/** All that Adam remembers between two steps. */
export interface AdamState {
  /** Steps taken. */
  readonly iterations: number;
  /**
   * β₁^(n+1) and β₂^(n+1) as n float32 products made them. They cannot be computed from n: `pow` rounds once, n
   * products round n times.
   */
  readonly betaPowers: readonly [number, number];
  /** First moments of all variables, then second ones; empty before the first step. */
  readonly moments: readonly Float32Array[];
}
