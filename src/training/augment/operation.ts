/** What an augmentation does to a clip. */
import type { SeededRandom } from '../../events/index.ts';
import type { DescribedOperation } from '../../filters/index.ts';
import type { FrameClip } from '../../frames/index.ts';

/** One kind of change. One draw holds for all T frames and channels of a clip. */
export interface AugmentationOperation extends DescribedOperation {
  /** It means something for the polarities of events only. */
  readonly eventsOnly?: true;
  /** Draws, and changes the clip. The clip that came is not written to; it is handed back where nothing changes. */
  apply(clip: FrameClip, amount: number, random: SeededRandom): FrameClip;
}

/** What a clip and another become. */
export interface MixedClip {
  readonly clip: FrameClip;
  /** How much of it is of the first, from 0 to 1. */
  readonly share: number;
}

/** A change that takes something of another clip of the training set, and of its label. */
export interface MixingOperation extends DescribedOperation {
  /** Draws, and mixes. Neither clip is written to. @param other of the same size. */
  mix(clip: FrameClip, other: FrameClip, amount: number, random: SeededRandom): MixedClip;
}

/** One of either kind. */
export type ClipOperation = AugmentationOperation | MixingOperation;
