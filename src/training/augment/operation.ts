/** What an augmentation does to a clip. */
import type { SeededRandom } from '../../events/index.ts';
import type { FrameClip } from '../../frames/index.ts';

/** What people are told of an operation. */
export interface DescribedOperation {
  readonly id: string;
  /** What it does, for people, with its source. */
  readonly summary: string;
  /** What its amount is, and its unit. */
  readonly amount: { readonly means: string; readonly max: number; readonly whole: boolean };
}

/** One kind of change. One draw holds for all T frames and both polarities of a clip. */
export interface AugmentationOperation extends DescribedOperation {
  /** Draws, and changes the clip. The clip that came is not written to; it is handed back where nothing changes. */
  apply(clip: FrameClip, amount: number, random: SeededRandom): FrameClip;
}

/** An operation and how much of it. */
export interface Augmentation {
  /** Identifier of an {@link AugmentationOperation}. */
  readonly operation: string;
  readonly amount: number;
}

/** One of these, drawn for each clip; all are as likely. */
export type AugmentationStep = readonly Augmentation[];
