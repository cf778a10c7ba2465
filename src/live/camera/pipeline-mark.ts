/** What time and load did to a camera's stream: whoever replays its events must do the same to get the same decisions. */
import type { SegmentInfo } from '../protocol/index.ts';

/** See the file comment. */
export type PipelineMark =
  /** Silence closed the open window, behind what was pushed so far. */
  | { readonly kind: 'flush' }
  /** What is just being pushed was too old, and is not looked at. */
  | { readonly kind: 'left-out' }
  /** What follows cannot be repeated from the events alone. */
  | { readonly kind: 'unrepeatable'; readonly why: string }
  /** A time step, and with it the rest of its window, is not classified: there was no room or no time. */
  | {
      readonly kind: 'dropped';
      readonly segment: SegmentInfo | null;
      readonly window: number;
      readonly step: number;
    };
