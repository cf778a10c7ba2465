/** What the exit codes of `saccade` mean. */
export const EXIT_CODES = {
  ok: 0,
  /** A fault of saccade itself. */
  unexpected: 1,
  usage: 2,
  /** A recording, data set or model cannot be used. */
  badInput: 3,
  /** Some files failed, others did not. */
  partial: 4,
  /** A comparison is worse than what was allowed. */
  worse: 5,
  /** Ctrl-C. */
  interrupted: 130,
} as const;
