/** Augmentations as plain data, of events as of clips. */

/** What people are told of an operation. */
export interface DescribedOperation {
  readonly id: string;
  /** What it does, for people, with its source. */
  readonly summary: string;
  /** What its amount is, and its unit. */
  readonly amount: { readonly means: string; readonly max: number; readonly whole: boolean };
}

/** An operation and how much of it. */
export interface Augmentation {
  /** Identifier of an operation. */
  readonly operation: string;
  readonly amount: number;
}

/** One of these, drawn for each recording or clip; all are as likely. */
export type AugmentationStep = readonly Augmentation[];
